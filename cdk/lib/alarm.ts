// An alarm, as data.
import type * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";

/** One alarm. */
export interface Alarm {
  /** The end of the name of the alarm, and the heading of its section in the runbook. */
  readonly id: string;
  /** The cause, for the person who receives the alarm. */
  readonly meaning: string;
  readonly metric: cloudwatch.Metric | cloudwatch.MathExpression;
  readonly threshold: number;
  /** Default: the metric is greater than or equal to the threshold. */
  readonly comparison?: cloudwatch.ComparisonOperator;
  /** The minutes for which the metric has to be beyond the threshold. */
  readonly minutes: number;
  /** The state of the alarm if the metric has no data. Default: no alarm. */
  readonly missingData?: cloudwatch.TreatMissingData;
}
