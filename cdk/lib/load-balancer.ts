// The load balancer, in front of the readers.
import { Annotations, Duration, RemovalPolicy, Stack, Validations } from "aws-cdk-lib";
import * as ec2 from "aws-cdk-lib/aws-ec2";
import * as elb from "aws-cdk-lib/aws-elasticloadbalancingv2";
import * as iam from "aws-cdk-lib/aws-iam";
import * as s3 from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { contract } from "./contract.ts";
import type { Network } from "./network.ts";
import type { Settings } from "./settings.ts";

export interface LoadBalancerProps {
  readonly settings: Settings;
  readonly network: Network;
}

/** The load balancer, its listeners, its access log, and the target group of the tasks. */
export class LoadBalancer extends Construct {
  readonly loadBalancer: elb.ApplicationLoadBalancer;
  readonly readers: elb.ApplicationTargetGroup;
  /** The address of the page, with the host name of the load balancer. */
  readonly url: string;

  constructor(scope: Construct, id: string, { settings, network }: LoadBalancerProps) {
    super(scope, id);
    this.loadBalancer = new elb.ApplicationLoadBalancer(this, "Resource", {
      vpc: network.vpc,
      internetFacing: true,
      securityGroup: network.loadBalancerGroup,
      // A stream counts as lost after twelve missing keep-alives in a row.
      idleTimeout: Duration.seconds(contract.times.connection_idle_s),
      dropInvalidHeaderFields: true,
    });
    this.readers = new elb.ApplicationTargetGroup(this, "Readers", {
      vpc: network.vpc,
      protocol: elb.ApplicationProtocol.HTTP,
      port: contract.ports.reader,
      targetType: elb.TargetType.IP,
      // Streams stay open for hours, so new ones go to the task with the fewest open streams.
      loadBalancingAlgorithmType: elb.TargetGroupLoadBalancingAlgorithmType.LEAST_OUTSTANDING_REQUESTS,
      // A stream ends when its reader shuts down, and the browser resumes it at another task.
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
    this.allowBrowsers(settings, network.loadBalancerGroup);
    this.addAccessLog(settings);
  }

  private addListeners(settings: Settings): "http" | "https" {
    const defaultTargetGroups = [this.readers];
    if (settings.certificateArn === undefined) {
      this.loadBalancer.addListener("Http", { port: 80, protocol: elb.ApplicationProtocol.HTTP, open: false, defaultTargetGroups });
      Annotations.of(this).addWarningV2(
        "MessageWall:NoHttps",
        "The page is served by HTTP, so the admin token is sent unencrypted. Set certificateArn for HTTPS.",
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

  private allowBrowsers(settings: Settings, group: ec2.SecurityGroup): void {
    const ports = settings.certificateArn === undefined ? [ec2.Port.HTTP] : [ec2.Port.HTTPS, ec2.Port.HTTP];
    for (const range of settings.pageFrom) {
      for (const port of ports) group.addIngressRule(ec2.Peer.ipv4(range), port, "Browsers");
    }
    Validations.of(group).acknowledge({
      id: "AwsSolutions-EC23",
      reason: "The page is public by default. Only the load balancer is reachable from the internet, on the ports of the page; "
        + "pageFrom restricts the addresses.",
    });
  }

  private addAccessLog(settings: Settings): void {
    const bucket = new s3.Bucket(this, "AccessLog", {
      encryption: s3.BucketEncryption.S3_MANAGED,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      lifecycleRules: [{ expiration: Duration.days(settings.logDays) }],
      removalPolicy: settings.keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    // CDK's logAccessLogs needs the Region at synth, to look up a principal that AWS has replaced by this one.
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
      reason: "The bucket is the access log of the load balancer. Access to a log is not logged again.",
    });
  }
}
