// The dead-letter queues.
import { Duration, Validations } from "aws-cdk-lib";
import * as sqs from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { contract } from "./contract.ts";

/** The time that a queue keeps an event: the longest retry window, so that the function can still remember the event. */
export const RETENTION = Duration.seconds(contract.times.retry_window_max_s);

/** A queue of events that could not be delivered or applied. RUNBOOK.md explains how to read and resend them. */
export class DeadLetterQueue extends sqs.Queue {
  constructor(scope: Construct, id: string, props: Pick<sqs.QueueProps, "fifo"> = {}) {
    super(scope, id, {
      ...props,
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: RETENTION,
    });
    Validations.of(this).acknowledge({
      id: "AwsSolutions-SQS3",
      reason: "The queue is a dead-letter queue. The rule only knows those of other queues, and not those of targets of EventBridge, "
        + "schedules, subscriptions and failed invocations.",
    });
  }
}
