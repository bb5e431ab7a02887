// The web ACL of the load balancer.
import { Aws, Duration } from "aws-cdk-lib";
import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import * as waf from "aws-cdk-lib/aws-wafv2";
import { Construct } from "constructs";
import type { LoadBalancer } from "./load-balancer.ts";
import type { Settings } from "./settings.ts";

/** The time over which WAF counts the requests of an address. */
export const WAF_WINDOW = Duration.minutes(5);

/** The name of the rule, also in its metric. */
const RULE = "TooManyRequests";

export interface WebAclProps {
  readonly settings: Settings;
  readonly loadBalancer: LoadBalancer;
}

/** A rule of WAF: an address that has sent too many requests gets status 429 until it sends fewer. */
export class WebAcl extends Construct {
  /** The number of requests that the rule refused. */
  readonly refusedRequests: cloudwatch.Metric;

  constructor(scope: Construct, id: string, { settings, loadBalancer }: WebAclProps) {
    super(scope, id);
    const counted = (metricName: string) => ({ metricName, cloudWatchMetricsEnabled: true, sampledRequestsEnabled: true });
    const acl = new waf.CfnWebACL(this, "Resource", {
      scope: "REGIONAL",
      defaultAction: { allow: {} },
      visibilityConfig: counted(settings.name),
      rules: [{
        name: RULE,
        priority: 0,
        action: { block: { customResponse: { responseCode: 429 } } },
        // The address of the connection. A header could name another.
        statement: {
          rateBasedStatement: {
            aggregateKeyType: "IP",
            limit: settings.wafRatePerFiveMinutes,
            evaluationWindowSec: WAF_WINDOW.toSeconds(),
          },
        },
        visibilityConfig: counted(RULE),
      }],
    });
    new waf.CfnWebACLAssociation(this, "Association", {
      resourceArn: loadBalancer.loadBalancer.loadBalancerArn,
      webAclArn: acl.attrArn,
    });
    this.refusedRequests = new cloudwatch.Metric({
      namespace: "AWS/WAFV2",
      metricName: "BlockedRequests",
      dimensionsMap: { WebACL: settings.name, Rule: RULE, Region: Aws.REGION },
      statistic: "Sum",
      period: WAF_WINDOW,
    });
  }
}
