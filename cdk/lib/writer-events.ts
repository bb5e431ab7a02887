// WriterEvents: what else makes the function write. EventBridge today; others have their place below.
import { Duration } from "aws-cdk-lib";
import * as events from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import type * as lambda from "aws-cdk-lib/aws-lambda";
import type * as sqs from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { contract } from "./contract.ts";
import type { Settings } from "./settings.ts";

export interface WriterEventsProps {
  readonly settings: Settings;
  readonly writer: lambda.IFunction;
  /** Where EventBridge puts events that it could not deliver. */
  readonly failedEvents: sqs.IQueue;
}

/** A bus of the wall's own, and a rule for each event that the function understands. */
export class WriterEvents extends Construct {
  readonly bus: events.EventBus;
  readonly rules: readonly events.Rule[];

  constructor(scope: Construct, id: string, props: WriterEventsProps) {
    super(scope, id);
    const { settings, writer, failedEvents } = props;
    this.bus = new events.EventBus(this, "Bus", {
      eventBusName: settings.name,
      description: "Changes of the wall's configuration, and messages",
    });
    const target = new LambdaFunction(writer, { deadLetterQueue: failedEvents, retryAttempts: 8, maxEventAge: Duration.hours(1) });
    this.rules = contract.events.detail_types.map((detailType) =>
      new events.Rule(this, detailType.replaceAll(" ", ""), {
        eventBus: this.bus,
        description: `${detailType}: to the function`,
        eventPattern: { source: [contract.events.source], detailType: [detailType] },
        targets: [target],
      })
    );

    // LATER EVENT SOURCES GO HERE, each with `failedEvents` as its dead-letter queue:
    //   Parameter Store  a rule on the default bus, source aws.ssm, "Parameter Store Change", that parameter's name;
    //                    the role then needs ssm:GetParameter on it, the network an ssm endpoint.
    //   S3               a rule on the default bus, source aws.s3, "Object Created", that bucket and prefix;
    //                    the role then needs s3:GetObject on it. The S3 gateway endpoint is there.
    //   SQS              a queue with a redrive policy to `failedEvents`, visibility of six timeouts, and
    //                    SqsEventSource with reportBatchItemFailures.
  }
}
