// Door: the load balancer that browsers reach, made for event streams that never end.
import { Annotations, Duration, RemovalPolicy, Stack, Validations } from "aws-cdk-lib";
import * as ec2 from "aws-cdk-lib/aws-ec2";
import * as elb from "aws-cdk-lib/aws-elasticloadbalancingv2";
import * as iam from "aws-cdk-lib/aws-iam";
import * as s3 from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { contract } from "./contract.ts";
import type { Network } from "./network.ts";
import type { Settings } from "./settings.ts";

export interface DoorProps {
  readonly settings: Settings;
  readonly network: Network;
}

/** The load balancer, its listeners, its log, and the target group that the tasks join. */
export class Door extends Construct {
  readonly loadBalancer: elb.ApplicationLoadBalancer;
  readonly readers: elb.ApplicationTargetGroup;
  /** The page's address, without a certificate's host name. */
  readonly url: string;

  constructor(scope: Construct, id: string, { settings, network }: DoorProps) {
    super(scope, id);
    this.loadBalancer = new elb.ApplicationLoadBalancer(this, "LoadBalancer", {
      vpc: network.vpc,
      internetFacing: true,
      securityGroup: network.doorGroup,
      // Longer than the keep-alive of a stream. Twelve missing keep-alives in a row mean that the stream is dead.
      idleTimeout: Duration.seconds(12 * contract.times.keep_alive_s),
      dropInvalidHeaderFields: true,
    });
    this.readers = new elb.ApplicationTargetGroup(this, "Readers", {
      vpc: network.vpc,
      protocol: elb.ApplicationProtocol.HTTP,
      port: contract.ports.reader,
      targetType: elb.TargetType.IP,
      // Streams live long, so what counts is how many a task has now and not how many it was given.
      loadBalancingAlgorithmType: elb.TargetGroupLoadBalancingAlgorithmType.LEAST_OUTSTANDING_REQUESTS,
      // A stream never ends by itself; the reader ends it at shutdown and the browser resumes elsewhere.
      deregistrationDelay: Duration.seconds(15),
      healthCheck: {
        path: contract.routes.reader.ready,
        healthyHttpCodes: "200",
        interval: Duration.seconds(10),
        timeout: Duration.seconds(5),
        healthyThresholdCount: 2,
        unhealthyThresholdCount: 3,
      },
    });
    const scheme = this.addListeners(settings);
    this.url = `${scheme}://${this.loadBalancer.loadBalancerDnsName}/`;
    this.admit(settings, network.doorGroup);
    this.logAccess(settings);
  }

  private addListeners(settings: Settings): "http" | "https" {
    const defaultTargetGroups = [this.readers];
    if (settings.certificateArn === undefined) {
      this.loadBalancer.addListener("Http", { port: 80, protocol: elb.ApplicationProtocol.HTTP, open: false, defaultTargetGroups });
      Annotations.of(this).addWarningV2(
        "MessageWall:NoHttps",
        "The page is served without HTTPS, so the admin token would travel in the clear. Give certificateArn for anything but a first look.",
      );
      return "http";
    }
    this.loadBalancer.addListener("Https", {
      port: 443,
      protocol: elb.ApplicationProtocol.HTTPS,
      certificates: [elb.ListenerCertificate.fromArn(settings.certificateArn)],
      sslPolicy: elb.SslPolicy.RECOMMENDED_TLS,
      open: false,
      defaultTargetGroups,
    });
    this.loadBalancer.addRedirect({ open: false });
    return "https";
  }

  private admit(settings: Settings, group: ec2.SecurityGroup): void {
    const ports = settings.certificateArn === undefined ? [ec2.Port.HTTP] : [ec2.Port.HTTPS, ec2.Port.HTTP];
    for (const range of settings.pageFrom) {
      for (const port of ports) group.addIngressRule(ec2.Peer.ipv4(range), port, "Browsers");
    }
    Validations.of(group).acknowledge({
      id: "AwsSolutions-EC23",
      reason: "A wall is there to be seen: the load balancer is the one thing that the internet may reach, on the page's ports only. "
        + "pageFrom narrows it to the ranges that the deployer names.",
    });
  }

  private logAccess(settings: Settings): void {
    const bucket = new s3.Bucket(this, "AccessLog", {
      encryption: s3.BucketEncryption.S3_MANAGED,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      lifecycleRules: [{ expiration: Duration.days(settings.logDays) }],
      removalPolicy: settings.keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    // By hand: CDK's logAccessLogs wants to know the Region at synth, to look up a principal that AWS has replaced by this one.
    bucket.addToResourcePolicy(new iam.PolicyStatement({
      sid: "LoadBalancerWritesItsLog",
      principals: [new iam.ServicePrincipal("logdelivery.elasticloadbalancing.amazonaws.com")],
      actions: ["s3:PutObject"],
      resources: [bucket.arnForObjects(`AWSLogs/${Stack.of(this).account}/*`)],
    }));
    this.loadBalancer.setAttribute("access_logs.s3.enabled", "true");
    this.loadBalancer.setAttribute("access_logs.s3.bucket", bucket.bucketName);
    if (bucket.policy !== undefined) this.loadBalancer.node.addDependency(bucket.policy);
    Validations.of(bucket).acknowledge({
      id: "AwsSolutions-S1",
      reason: "This bucket is the access log. A log of who wrote or read the log would need another bucket, and that one another.",
    });
  }
}
