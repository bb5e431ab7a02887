// ReaderService: as many readers as the wall needs, behind the door.
import { Duration } from "aws-cdk-lib";
import * as ecs from "aws-cdk-lib/aws-ecs";
import { Construct } from "constructs";
import type { Door } from "./door.ts";
import type { Network } from "./network.ts";
import type { ReaderTask } from "./reader-task.ts";
import type { Settings } from "./settings.ts";
import type { SharedVolume } from "./shared-volume.ts";

export interface ReaderServiceProps {
  readonly settings: Settings;
  readonly network: Network;
  readonly volume: SharedVolume;
  readonly task: ReaderTask;
  readonly door: Door;
}

/** The Fargate service: tasks in both zones, replaced one by one, and back again when the new ones fail. */
export class ReaderService extends Construct {
  readonly cluster: ecs.Cluster;
  readonly service: ecs.FargateService;

  constructor(scope: Construct, id: string, props: ReaderServiceProps) {
    super(scope, id);
    const { settings, network, volume, task, door } = props;
    this.cluster = new ecs.Cluster(this, "Cluster", { vpc: network.vpc, containerInsightsV2: ecs.ContainerInsights.ENABLED });
    this.service = new ecs.FargateService(this, "Service", {
      cluster: this.cluster,
      taskDefinition: task.definition,
      platformVersion: ecs.FargatePlatformVersion.VERSION1_4,
      vpcSubnets: network.privateSubnets,
      securityGroups: [network.readerGroup],
      assignPublicIp: false,
      desiredCount: settings.readerMin,
      availabilityZoneRebalancing: ecs.AvailabilityZoneRebalancing.ENABLED,
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      circuitBreaker: { enable: true, rollback: true },
      healthCheckGracePeriod: Duration.seconds(60),
      // A shell in a task would be a way around everything else.
      enableExecuteCommand: false,
    });
    // A task that starts before its mount targets fails, and three such failures would trip the circuit breaker.
    this.service.node.addDependency(volume.mountTargets);
    this.service.attachToApplicationTargetGroup(door.readers);
    this.scale(settings);
  }

  /** By CPU and by memory: an open stream costs little of the first and some of the second. */
  private scale(settings: Settings): void {
    const scaling = this.service.autoScaleTaskCount({ minCapacity: settings.readerMin, maxCapacity: settings.readerMax });
    const cooldowns = { scaleOutCooldown: Duration.seconds(30), scaleInCooldown: Duration.minutes(5) };
    scaling.scaleOnCpuUtilization("Cpu", { targetUtilizationPercent: 60, ...cooldowns });
    scaling.scaleOnMemoryUtilization("Memory", { targetUtilizationPercent: 70, ...cooldowns });
  }
}
