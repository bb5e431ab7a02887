// The metric that CloudWatch extracts from the log of the function that classifies pictures.
import { Duration } from "aws-cdk-lib";
import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import * as logs from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { contract, logField } from "./contract.ts";

/**
 * A metric filter on the line that the function logs when it cannot load a model:
 *
 * `{"level":"ERROR","message":"model_not_loaded","error":"model.onnx: ..."}`
 *
 * If another model is loaded already, it stays in use, and Lambda counts no error.
 */
export class InferenceMetrics extends Construct {
  /** The number of failures to load a model. */
  readonly modelNotLoaded: cloudwatch.Metric;

  constructor(scope: Construct, id: string, stack: string, inferenceLog: logs.ILogGroup) {
    super(scope, id);
    const notLoaded = new logs.MetricFilter(this, "ModelNotLoaded", {
      logGroup: inferenceLog,
      filterPattern: logs.FilterPattern.stringValue(logField(contract.logs.message_field), "=", contract.logs.model_not_loaded.message),
      metricNamespace: `MessageWall/${stack}`,
      metricName: "ModelNotLoaded",
      metricValue: "1",
    });
    this.modelNotLoaded = notLoaded.metric({ statistic: "Sum", period: Duration.minutes(5) });
  }
}
