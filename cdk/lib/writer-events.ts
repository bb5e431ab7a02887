// The events of EventBridge that invoke the function: those of the stack's own bus, and those about followed documents.
import { Duration } from "aws-cdk-lib";
import * as events from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import type * as lambda from "aws-cdk-lib/aws-lambda";
import type * as sqs from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { contract } from "./contract.ts";
import { followedDocuments } from "./followed-documents.ts";
import type { Settings } from "./settings.ts";

/** The attempts to deliver an event to Lambda after the first one, and the time for them. Lambda then has its own retries. */
export const DELIVERY = { retryAttempts: 8, maxEventAge: Duration.hours(1) } as const;

export interface WriterEventsProps {
  readonly settings: Settings;
  readonly writer: lambda.IFunction;
  /** The queue for events that could not be delivered. */
  readonly failedEvents: sqs.IQueue;
}

/** An event bus with a rule for each event type that the function supports, and a rule for each followed document. */
export class WriterEvents extends Construct {
  readonly bus: events.EventBus;

  constructor(scope: Construct, id: string, props: WriterEventsProps) {
    super(scope, id);
    const { settings, writer, failedEvents } = props;
    this.bus = new events.EventBus(this, "Bus", {
      eventBusName: settings.name,
      description: "Messages for the wall, and changes of its configuration",
    });
    const targets = [new LambdaFunction(writer, { deadLetterQueue: failedEvents, ...DELIVERY })];
    for (const detailType of contract.events.detail_types) {
      new events.Rule(this, detailType.replaceAll(" ", ""), {
        eventBus: this.bus,
        description: `Sends ${detailType} to the function`,
        eventPattern: { source: [contract.events.source], detailType: [detailType] },
        targets,
      });
    }
    for (const { id, name, pattern } of followedDocuments(settings)) {
      // AWS services send their events to the default bus of the account.
      new events.Rule(this, `Followed${id}`, {
        description: `Sends changes of ${name} to the function`.slice(0, 512),
        eventPattern: pattern,
        targets,
      });
    }
  }
}
