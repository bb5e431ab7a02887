// The schedule on which the function reads the followed documents again.
import { Stack } from "aws-cdk-lib";
import * as iam from "aws-cdk-lib/aws-iam";
import type * as lambda from "aws-cdk-lib/aws-lambda";
import * as scheduler from "aws-cdk-lib/aws-scheduler";
import type * as sqs from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { contract } from "./contract.ts";
import { DELIVERY } from "./writer-events.ts";

export interface ReconcileScheduleProps {
  /** The rate, such as `rate(15 minutes)`. */
  readonly rate: string;
  readonly writer: lambda.IFunction;
  /** The queue for events that could not be delivered. */
  readonly failedEvents: sqs.IQueue;
}

/** A schedule of EventBridge Scheduler. Events about a document are best effort, so one of them may never arrive. */
export class ReconcileSchedule extends Construct {
  constructor(scope: Construct, id: string, props: ReconcileScheduleProps) {
    super(scope, id);
    new scheduler.Schedule(this, "Schedule", {
      description: "Lets the function read the followed documents again",
      schedule: scheduler.ScheduleExpression.expression(props.rate),
      target: { bind: () => this.target(props) },
    });
  }

  /** Returns the target. `LambdaInvoke` of CDK would allow all versions and aliases of the function, with a wildcard. */
  private target({ writer, failedEvents }: ReconcileScheduleProps): scheduler.ScheduleTargetConfig {
    const { scheduleArn, scheduledTime, executionId } = scheduler.ContextAttribute;
    const { source, detail_types: [detailType] } = contract.events.schedule;
    return {
      arn: writer.functionArn,
      role: this.role(writer, failedEvents),
      input: scheduler.ScheduleTargetInput.fromObject({
        version: "0",
        id: executionId,
        source,
        "detail-type": detailType,
        account: Stack.of(this).account,
        region: Stack.of(this).region,
        time: scheduledTime,
        resources: [scheduleArn],
        detail: {},
      }),
      retryPolicy: { maximumRetryAttempts: DELIVERY.retryAttempts, maximumEventAgeInSeconds: DELIVERY.maxEventAge.toSeconds() },
      deadLetterConfig: { arn: failedEvents.queueArn },
    };
  }

  private role(writer: lambda.IFunction, failedEvents: sqs.IQueue): iam.Role {
    const stack = Stack.of(this);
    const group = stack.formatArn({ service: "scheduler", resource: "schedule-group", resourceName: "default" });
    const role = new iam.Role(this, "Role", {
      description: "The schedule: invokes the function, and puts what it cannot deliver aside",
      assumedBy: new iam.ServicePrincipal("scheduler.amazonaws.com", {
        conditions: { StringEquals: { "aws:SourceAccount": stack.account, "aws:SourceArn": group } },
      }),
    });
    role.addToPolicy(new iam.PolicyStatement({ actions: ["lambda:InvokeFunction"], resources: [writer.functionArn] }));
    role.addToPolicy(new iam.PolicyStatement({ actions: ["sqs:SendMessage"], resources: [failedEvents.queueArn] }));
    return role;
  }
}
