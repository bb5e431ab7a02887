// FailedEvents: where an event ends that could not be delivered or could not be applied.
import { Duration, Validations } from "aws-cdk-lib";
import * as sqs from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { contract } from "./contract.ts";

/** The time that an event is kept: the longest retry window, so that an event that is sent again is still remembered. */
export const RETENTION = Duration.seconds(contract.times.retry_window_max_s);

/** A dead-letter queue; README.md says how to look into it and send its events again. */
export class FailedEvents extends sqs.Queue {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: RETENTION,
    });
    Validations.of(this).acknowledge({
      id: "AwsSolutions-SQS3",
      reason: "This is the dead-letter queue: of the EventBridge rules' targets and of the function's failed invocations, which the rule "
        + "does not look at. Nothing takes from it by itself.",
    });
  }
}
