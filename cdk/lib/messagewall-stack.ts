// The stack: one construct for each box of the picture in README.md, and the outputs.
import { CfnOutput, Stack } from "aws-cdk-lib";
import * as ec2 from "aws-cdk-lib/aws-ec2";
import type { Construct } from "constructs";
import { CommandQueue } from "./command-queue.ts";
import { CommandTopic } from "./command-topic.ts";
import { DeadLetterQueue } from "./dead-letter-queue.ts";
import { followedDocuments, reconcileRate } from "./followed-documents.ts";
import { InferenceFunction } from "./inference-function.ts";
import { InferenceMetrics } from "./inference-metrics.ts";
import { LoadBalancer } from "./load-balancer.ts";
import { metrics } from "./metrics.ts";
import { Network } from "./network.ts";
import { Observability } from "./observability.ts";
import { askForConsent, lacksConsent } from "./plain-http.ts";
import { ReaderMetrics } from "./reader-metrics.ts";
import { ReaderService } from "./reader-service.ts";
import { ReaderTask } from "./reader-task.ts";
import { ReconcileSchedule } from "./reconcile-schedule.ts";
import type { Settings } from "./settings.ts";
import { SharedVolume } from "./shared-volume.ts";
import { WebAcl } from "./web-acl.ts";
import { WriterApi } from "./writer-api.ts";
import { WriterEvents } from "./writer-events.ts";
import { WriterFunction } from "./writer-function.ts";
import { WriterMetrics } from "./writer-metrics.ts";

/** MessageWall on AWS: a function writes the file system, and containers read it and serve it to browsers. */
export class MessageWallStack extends Stack {
  readonly network: Network;
  readonly volume: SharedVolume;
  private readonly writer: WriterFunction;

  constructor(scope: Construct, settings: Settings) {
    super(scope, settings.name, { description: "MessageWall: Lambda writes EFS, Fargate serves it live" });
    if (lacksConsent(settings)) askForConsent(this);
    const network = this.network = new Network(this, "Network", settings);
    const volume = this.volume = new SharedVolume(this, "SharedVolume", { settings, network });
    const failedEvents = new DeadLetterQueue(this, "FailedEvents");
    this.writer = new WriterFunction(this, "Writer", { settings, network, volume, failedEvents });
    const { function: writer, log: writerLog } = this.writer;
    const inference = volume.pictures === undefined
      ? undefined
      : new InferenceFunction(this, "Inference", { settings, network, volume, accessPoints: volume.pictures, writer });
    const api = new WriterApi(this, "Api", { settings, writer, inference: inference?.invoked });
    const events = new WriterEvents(this, "Events", { settings, writer, failedEvents });
    const rate = reconcileRate(settings);
    if (rate !== undefined) new ReconcileSchedule(this, "Reconcile", { rate, writer, failedEvents });
    const commandQueue = settings.commandQueue === "none" ? undefined : new CommandQueue(this, "CommandQueue", { settings, writer });
    const commandTopic = settings.commandTopic ? new CommandTopic(this, "CommandTopic", { settings, writer }) : undefined;
    const loadBalancer = new LoadBalancer(this, "LoadBalancer", { settings, network });
    const webAcl = settings.wafRatePerFiveMinutes === 0 ? undefined : new WebAcl(this, "WebAcl", { settings, loadBalancer });
    const task = new ReaderTask(this, "Reader", { settings, volume, writer, inference: inference?.invoked, origin: loadBalancer.origin });
    new ReaderService(this, "Readers", { settings, network, volume, task, loadBalancer });
    const writerMetrics = new WriterMetrics(this, "WriterMetrics", settings.name, writerLog);
    const readerMetrics = new ReaderMetrics(this, "ReaderMetrics", settings.name, task.log);
    const inferenceMetrics = inference && {
      function: inference.function,
      metrics: new InferenceMetrics(this, "InferenceMetrics", settings.name, inference.log),
    };
    const { dashboard, topic } = new Observability(this, "Observability", {
      settings,
      metrics: metrics({
        volume, writer, writerMetrics, inference: inferenceMetrics, api: api.api, failedEvents, commandQueue, commandTopic, loadBalancer,
        readerMetrics, webAcl, signIn: settings.oidcIssuer !== undefined,
      }),
    });

    const subnets = (selection: ec2.SubnetSelection) => network.vpc.selectSubnets(selection).subnetIds.join(",");
    const outputs = {
      Page: [`${loadBalancer.origin}/`, "The page of the wall"],
      LoadBalancer: [loadBalancer.loadBalancer.loadBalancerDnsName, "The name that the host name of the page leads to"],
      Api: [api.url, settings.openWall ? "The API: OPEN, anybody may write and delete" : "The API: callers sign with IAM"],
      Function: [writer.functionName, "For aws lambda invoke --function-name"],
      ...(inference === undefined || api.inferenceUrl === undefined
        ? {}
        : {
          InferenceApi: [api.inferenceUrl, "The API that classifies a picture: callers are those of the API"] as const,
          InferenceFunction: [inference.function.functionName, "For aws lambda invoke --function-name, with {\"file\": \"...\"}"] as const,
        }),
      EventBus: [events.bus.eventBusName, "For aws events put-events"],
      AdminToken: [task.tokens.admin.secretName, "For aws secretsmanager get-secret-value --secret-id"],
      PosterToken: [task.tokens.poster.secretName, "For aws secretsmanager get-secret-value --secret-id"],
      FileSystem: [volume.fileSystemId, "The file system of the wall"],
      Share: [
        `-c vpcId=${network.vpc.vpcId} -c privateSubnetIds=${subnets(network.privateSubnets)}`
        + ` -c publicSubnetIds=${subnets({ subnetType: ec2.SubnetType.PUBLIC })}`
        + ` -c fileSystemId=${volume.fileSystemId} -c fileSystemSecurityGroupId=${network.fileSystemGroup.securityGroupId}`,
        "The options of cdk deploy for another stack on this VPC and file system",
      ],
      ReaderGroup: [network.readerGroup.securityGroupId, "The security group of the tasks"],
      ...(network.endpointGroup === undefined
        ? {}
        : { EndpointGroup: [network.endpointGroup.securityGroupId, "The security group of the interface endpoints"] }),
      Dashboard: [dashboard.dashboardName, "The dashboard in CloudWatch"],
      AlarmTopic: [topic.topicArn, "The topic that receives all alarms"],
      FailedEventsQueue: [failedEvents.queueUrl, "The dead-letter queue of events"],
      ...(commandQueue === undefined
        ? {}
        : {
          CommandQueue: [commandQueue.queue.queueUrl, "For aws sqs send-message --queue-url"] as const,
          FailedCommandsQueue: [commandQueue.failed.queueUrl, "The dead-letter queue of the queue of commands"] as const,
        }),
      ...(commandTopic === undefined
        ? {}
        : {
          CommandTopic: [commandTopic.topic.topicArn, "For aws sns publish --topic-arn"] as const,
          UndeliveredCommandsQueue: [commandTopic.undelivered.queueUrl, "The dead-letter queue of the topic of commands"] as const,
        }),
      ...(followedDocuments(settings).length === 0
        ? {}
        : { WriterGroup: [network.writerGroup.securityGroupId, "The security group of the function"] as const }),
    } satisfies Record<string, readonly [value: string, description: string]>;
    for (const [key, [value, description]] of Object.entries(outputs)) {
      new CfnOutput(this, `${key}Output`, { key, value, description });
    }
  }

  /**
   * Makes the function tell a follower of files, as the settings `followers` and `followersSecurityGroupId` do: for services of the
   * same app. Its host is a name that is known at synth, because the service needs this stack and not the other way round.
   *
   * @throws Error if it is no `host:port`, or one too many.
   */
  addFollower(follower: string, group: ec2.ISecurityGroup): void {
    this.writer.tell(follower);
    this.network.allowTelling(group, [follower]);
  }
}
