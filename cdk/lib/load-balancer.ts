// The load balancer, in front of the readers.
import { Duration, RemovalPolicy, Stack, Validations } from "aws-cdk-lib";
import * as ec2 from "aws-cdk-lib/aws-ec2";
import * as elb from "aws-cdk-lib/aws-elasticloadbalancingv2";
import * as iam from "aws-cdk-lib/aws-iam";
import * as s3 from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { contract } from "./contract.ts";
import type { Network } from "./network.ts";
import { addListeners, pagePort } from "./page-listeners.ts";
import type { Settings } from "./settings.ts";

export interface LoadBalancerProps {
  readonly settings: Settings;
  readonly network: Network;
}

/** The load balancer, its listeners, its access log, and the target group of the tasks. */
export class LoadBalancer extends Construct {
  readonly loadBalancer: elb.ApplicationLoadBalancer;
  readonly readers: elb.ApplicationTargetGroup;
  /** The origin of the page, as browsers send it. */
  readonly origin: string;

  constructor(scope: Construct, id: string, { settings, network }: LoadBalancerProps) {
    super(scope, id);
    this.loadBalancer = new elb.ApplicationLoadBalancer(this, "Resource", {
      vpc: network.vpc,
      internetFacing: true,
      securityGroup: network.loadBalancerGroup,
      // A stream counts as lost after twelve missing keep-alives in a row.
      idleTimeout: Duration.seconds(contract.times.connection_idle_s),
      dropInvalidHeaderFields: true,
      // The reader takes the last address of X-Forwarded-For for that of the client.
      xffHeaderProcessingMode: elb.XffHeaderProcessingMode.APPEND,
    });
    this.loadBalancer.setAttribute("routing.http.xff_client_port.enabled", "false");
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
    addListeners(this.loadBalancer, this.readers, settings);
    // With a certificate the setting is required.
    this.origin = settings.pageOrigin ?? `http://${this.loadBalancer.loadBalancerDnsName}`;
    this.allowBrowsers(settings, network.loadBalancerGroup);
    this.addAccessLog(settings);
  }

  private allowBrowsers(settings: Settings, group: ec2.SecurityGroup): void {
    // Port 80 only leads to the page by HTTPS.
    const ports = [...new Set([pagePort(settings), 80])].map((port) => ec2.Port.tcp(port));
    for (const range of settings.pageFrom) {
      for (const port of ports) group.addIngressRule(ec2.Peer.ipv4(range), port, "Browsers");
    }
    Validations.of(group).acknowledge({
      id: "AwsSolutions-EC23",
      reason: "The page can be read by everybody by default. Only the load balancer is reachable from the internet, on the ports of the "
        + "page. Posting needs a token, WAF limits the requests of an address, and pageFrom restricts the addresses.",
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
