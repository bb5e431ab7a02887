// WriterMetrics: what the function says about events in its log, as a CloudWatch metric.
import { Duration } from "aws-cdk-lib";
import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import * as logs from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { contract, logField } from "./contract.ts";

/** A metric filter on the function's log. Lambda counts a refused event as a success: it has an answer, which nobody reads. */
export class WriterMetrics extends Construct {
  /** How many events the function refused for good. */
  readonly refusedEvents: cloudwatch.Metric;

  constructor(scope: Construct, id: string, stack: string, writerLog: logs.ILogGroup) {
    super(scope, id);
    const refused = new logs.MetricFilter(this, "Refused", {
      logGroup: writerLog,
      filterPattern: logs.FilterPattern.stringValue(logField(contract.logs.message_field), "=", contract.logs.event_refused.message),
      metricNamespace: `MessageWall/${stack}`,
      metricName: "RefusedEvents",
      metricValue: "1",
    });
    this.refusedEvents = refused.metric({ statistic: "Sum", period: Duration.minutes(5) });
  }
}
