// The topic for commands.
import type * as lambda from "aws-cdk-lib/aws-lambda";
import * as sns from "aws-cdk-lib/aws-sns";
import { LambdaSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Construct } from "constructs";
import { DeadLetterQueue } from "./dead-letter-queue.ts";
import type { Settings } from "./settings.ts";

export interface CommandTopicProps {
  readonly settings: Settings;
  readonly writer: lambda.IFunction;
}

/** A topic of SNS whose notifications are commands, the subscription of the function, and its dead-letter queue. */
export class CommandTopic extends Construct {
  readonly topic: sns.Topic;
  /** The queue for notifications that SNS could not deliver to Lambda. */
  readonly undelivered: DeadLetterQueue;

  constructor(scope: Construct, id: string, { settings, writer }: CommandTopicProps) {
    super(scope, id);
    this.topic = new sns.Topic(this, "Topic", { displayName: `${settings.name} commands`, enforceSSL: true });
    this.undelivered = new DeadLetterQueue(this, "Undelivered");
    this.topic.addSubscription(new LambdaSubscription(writer, { deadLetterQueue: this.undelivered }));
  }
}
