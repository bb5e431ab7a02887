// ReaderMetrics: what the readers say about themselves in their log, as CloudWatch metrics.
import { Duration } from "aws-cdk-lib";
import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import * as logs from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { contract, logField } from "./contract.ts";

const STATUS = contract.logs.reader_status;

/** Metric filters on the readers' status line. No agent, no extra container, no permission for the task. */
export class ReaderMetrics extends Construct {
  /** Seconds since the last successful look at the volume, of the task that is worst off. */
  readonly stale: cloudwatch.Metric;
  /** How many status lines said that the configuration on disk is not the one in force. */
  readonly rejected: cloudwatch.Metric;

  constructor(scope: Construct, id: string, stack: string, readerLog: logs.ILogGroup) {
    super(scope, id);
    const metricNamespace = `MessageWall/${stack}`;
    const isStatus = logs.FilterPattern.stringValue(logField(contract.logs.message_field), "=", STATUS.message);
    const stale = new logs.MetricFilter(this, "Stale", {
      logGroup: readerLog,
      filterPattern: isStatus,
      metricNamespace,
      metricName: "ReaderLastLookAge",
      metricValue: logField(STATUS.age_field),
      unit: cloudwatch.Unit.SECONDS,
    });
    const rejected = new logs.MetricFilter(this, "Rejected", {
      logGroup: readerLog,
      filterPattern: logs.FilterPattern.all(isStatus, logs.FilterPattern.booleanValue(logField(STATUS.rejected_field), true)),
      metricNamespace,
      metricName: "ReaderConfigRejected",
      metricValue: "1",
    });
    this.stale = stale.metric({ statistic: "Maximum", period: Duration.minutes(1) });
    this.rejected = rejected.metric({ statistic: "Sum", period: Duration.minutes(5) });
  }
}
