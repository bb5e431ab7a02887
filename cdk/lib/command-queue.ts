// The queue for commands.
import { Duration } from "aws-cdk-lib";
import type * as lambda from "aws-cdk-lib/aws-lambda";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import * as sqs from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { DeadLetterQueue } from "./dead-letter-queue.ts";
import type { Settings } from "./settings.ts";

/** The deliveries of a message before it goes to the dead-letter queue. AWS advises five or more. */
const RECEIVES = 5;

/** Above this size of a batch Lambda needs a batching window. */
const BATCH_WITHOUT_WINDOW = 10;

export interface CommandQueueProps {
  readonly settings: Settings;
  readonly writer: lambda.IFunction;
}

/** A queue of SQS whose messages are commands, its dead-letter queue, and the mapping that invokes the function. */
export class CommandQueue extends Construct {
  readonly queue: sqs.Queue;
  /** The queue for commands that failed five times. */
  readonly failed: DeadLetterQueue;
  /** The time after which a message has been delivered so often that it is not in the queue any more. */
  readonly longestWait: Duration;

  constructor(scope: Construct, id: string, { settings, writer }: CommandQueueProps) {
    super(scope, id);
    const fifo = settings.commandQueue === "fifo" ? true : undefined;
    const window = settings.commandBatch > BATCH_WITHOUT_WINDOW ? Duration.seconds(1) : undefined;
    // Lambda may throttle a batch and try it again, for which AWS advises six timeouts of the function and the window.
    const visibilityTimeout = Duration.seconds(6 * settings.writerTimeoutSeconds + (window?.toSeconds() ?? 0));
    this.longestWait = Duration.seconds(RECEIVES * visibilityTimeout.toSeconds());
    this.failed = new DeadLetterQueue(this, "Failed", { fifo });
    this.queue = new sqs.Queue(this, "Queue", {
      fifo,
      // Two equal messages are two messages on the wall: the sender gives each its own deduplication id.
      contentBasedDeduplication: fifo && false,
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      visibilityTimeout,
      deadLetterQueue: { queue: this.failed, maxReceiveCount: RECEIVES },
    });
    writer.addEventSource(new SqsEventSource(this.queue, {
      batchSize: settings.commandBatch,
      maxBatchingWindow: window,
      reportBatchItemFailures: true,
      // The writers share one lock, so more of them write no faster and only wait for each other. Two is the least that
      // Lambda accepts.
      maxConcurrency: 2,
      // A stopped function would only use up the deliveries of the messages.
      enabled: settings.reservedConcurrency !== 0,
    }));
  }
}
