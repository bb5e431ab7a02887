// The events that invoke the function.
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
  /** The queue for events that EventBridge could not deliver. */
  readonly failedEvents: sqs.IQueue;
}

/** An event bus, and a rule for each event type that the function supports. */
export class WriterEvents extends Construct {
  readonly bus: events.EventBus;
  readonly rules: readonly events.Rule[];

  constructor(scope: Construct, id: string, props: WriterEventsProps) {
    super(scope, id);
    const { settings, writer, failedEvents } = props;
    this.bus = new events.EventBus(this, "Bus", {
      eventBusName: settings.name,
      description: "Messages for the wall, and changes of its configuration",
    });
    const target = new LambdaFunction(writer, { deadLetterQueue: failedEvents, retryAttempts: 8, maxEventAge: Duration.hours(1) });
    this.rules = contract.events.detail_types.map((detailType) =>
      new events.Rule(this, detailType.replaceAll(" ", ""), {
        eventBus: this.bus,
        description: `Sends ${detailType} to the function`,
        eventPattern: { source: [contract.events.source], detailType: [detailType] },
        targets: [target],
      })
    );

    // Add other event sources here, with `failedEvents` as their dead-letter queue:
    //   Parameter Store  a rule on the default bus for source aws.ssm, "Parameter Store Change" and the name of the
    //                    parameter; ssm:GetParameter on it for the role; an ssm endpoint in the network.
    //   S3               a rule on the default bus for source aws.s3, "Object Created", bucket and prefix;
    //                    s3:GetObject on them for the role. The network has the endpoint.
    //   SQS              a queue with a redrive policy to `failedEvents`, a visibility timeout of six function timeouts,
    //                    and SqsEventSource with reportBatchItemFailures.
  }
}
