// The picture of the repository's README, one construct per box.
import { CfnOutput, Stack } from "aws-cdk-lib";
import * as ec2 from "aws-cdk-lib/aws-ec2";
import type { Construct } from "constructs";
import { Door } from "./door.ts";
import { FailedEvents } from "./failed-events.ts";
import { metrics } from "./metrics.ts";
import { Network } from "./network.ts";
import { Observability } from "./observability.ts";
import { ReaderMetrics } from "./reader-metrics.ts";
import { ReaderService } from "./reader-service.ts";
import { ReaderTask } from "./reader-task.ts";
import type { Settings } from "./settings.ts";
import { SharedVolume } from "./shared-volume.ts";
import { WriterApi } from "./writer-api.ts";
import { WriterEvents } from "./writer-events.ts";
import { WriterFunction } from "./writer-function.ts";
import { WriterMetrics } from "./writer-metrics.ts";

/** MessageWall: a function writes the file system, containers follow it, browsers see it. */
export class MessageWallStack extends Stack {
  constructor(scope: Construct, settings: Settings) {
    super(scope, settings.name, { description: "MessageWall: Lambda writes EFS, Fargate serves it live" });
    const network = new Network(this, "Network", settings);
    const volume = new SharedVolume(this, "SharedVolume", { settings, network });
    const failedEvents = new FailedEvents(this, "FailedEvents");
    const { function: writer, log: writerLog } = new WriterFunction(this, "Writer", { settings, network, volume, failedEvents });
    const api = new WriterApi(this, "Api", { settings, writer });
    const events = new WriterEvents(this, "Events", { settings, writer, failedEvents });
    const door = new Door(this, "Door", { settings, network });
    const task = new ReaderTask(this, "Reader", { settings, volume, writer });
    new ReaderService(this, "Readers", { settings, network, volume, task, door });
    const writerSays = new WriterMetrics(this, "WriterMetrics", settings.name, writerLog);
    const reader = new ReaderMetrics(this, "ReaderMetrics", settings.name, task.log);
    const { dashboard, topic } = new Observability(this, "Observability", {
      settings,
      metrics: metrics({ volume, writer, writerSays, api: api.api, failedEvents, door, reader }),
    });

    const subnets = (selection: ec2.SubnetSelection) => network.vpc.selectSubnets(selection).subnetIds.join(",");
    const outputs = {
      Page: [door.url, "The wall, for browsers"],
      Api: [api.url, settings.openWall ? "The API: OPEN, anybody may write and delete" : "The API: callers sign with IAM"],
      Function: [writer.functionName, "aws lambda invoke --function-name"],
      EventBus: [events.bus.eventBusName, "aws events put-events"],
      AdminToken: [task.adminToken.secretName, "aws secretsmanager get-secret-value --secret-id"],
      FileSystem: [volume.fileSystemId, "The wall's file system"],
      Share: [
        `-c vpcId=${network.vpc.vpcId} -c privateSubnetIds=${subnets(network.privateSubnets)}`
        + ` -c publicSubnetIds=${subnets({ subnetType: ec2.SubnetType.PUBLIC })}`
        + ` -c fileSystemId=${volume.fileSystemId} -c fileSystemSecurityGroupId=${network.fileSystemGroup.securityGroupId}`,
        "For cdk deploy of another stack on this VPC and file system",
      ],
      ReaderGroup: [network.readerGroup.securityGroupId, "The tasks' security group"],
      ...(network.endpointGroup === undefined
        ? {}
        : { EndpointGroup: [network.endpointGroup.securityGroupId, "Admits who may call AWS's APIs from the private subnets"] }),
      Dashboard: [dashboard.dashboardName, "In CloudWatch"],
      AlarmTopic: [topic.topicArn, "Told of every alarm"],
      FailedEventsQueue: [failedEvents.queueUrl, "Events that could not be delivered, or failed three times"],
    } satisfies Record<string, readonly [value: string, description: string]>;
    for (const [key, [value, description]] of Object.entries(outputs)) {
      new CfnOutput(this, `${key}Output`, { key, value, description });
    }
  }
}
