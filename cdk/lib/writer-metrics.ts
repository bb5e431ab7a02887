// The metric that CloudWatch extracts from the log of the function.
import { Duration } from "aws-cdk-lib";
import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import * as logs from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { contract, logField } from "./contract.ts";

/**
 * A metric filter on the line that the function logs for an event that it refuses for good, whatever its source:
 *
 * `{"level":"ERROR","message":"event refused for good","error":"config_invalid","detail":"...","file":"rejected/....json"}`
 *
 * Lambda counts such an event as a success, because the function answers it.
 */
export class WriterMetrics extends Construct {
  /** The number of events that the function refused for good. */
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
