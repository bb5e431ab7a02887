// The metrics that CloudWatch extracts from the log of the readers.
import { Duration } from "aws-cdk-lib";
import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import * as logs from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { contract, logField } from "./contract.ts";

const STATUS = contract.logs.reader_status;

/**
 * Metric filters on two lines. A reader logs its status after its first scan and then every 30 seconds:
 *
 * `{"level":"INFO","message":"reader_status","last_look_age_seconds":0.21,"config_rejected":false, ...}`
 *
 * It logs `{"message":"token_refused", ...}` for each request with a wrong token. The filters need no agent, no extra container,
 * and no permission of the task.
 */
export class ReaderMetrics extends Construct {
  /** The seconds since the last successful scan of the volume, of the task with the oldest one. */
  readonly stale: cloudwatch.Metric;
  /** The number of status lines that report a rejected configuration. */
  readonly rejected: cloudwatch.Metric;
  /** The number of requests with a wrong token. */
  readonly refusedTokens: cloudwatch.Metric;

  constructor(scope: Construct, id: string, stack: string, readerLog: logs.ILogGroup) {
    super(scope, id);
    const metricNamespace = `MessageWall/${stack}`;
    const is = (message: string) => logs.FilterPattern.stringValue(logField(contract.logs.message_field), "=", message);
    const isStatus = is(STATUS.message);
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
    const refusedTokens = new logs.MetricFilter(this, "RefusedTokens", {
      logGroup: readerLog,
      filterPattern: is(contract.logs.token_refused.message),
      metricNamespace,
      metricName: "ReaderTokensRefused",
      metricValue: "1",
    });
    this.stale = stale.metric({ statistic: "Maximum", period: Duration.minutes(1) });
    this.rejected = rejected.metric({ statistic: "Sum", period: Duration.minutes(5) });
    this.refusedTokens = refusedTokens.metric({ statistic: "Sum", period: Duration.minutes(5) });
  }
}
