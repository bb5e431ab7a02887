// The service that runs the readers.
import { Duration } from "aws-cdk-lib";
import * as ecs from "aws-cdk-lib/aws-ecs";
import * as servicediscovery from "aws-cdk-lib/aws-servicediscovery";
import { Construct } from "constructs";
import { namespace, READER_HOST } from "./contract.ts";
import type { LoadBalancer } from "./load-balancer.ts";
import type { Network } from "./network.ts";
import type { ReaderTask } from "./reader-task.ts";
import type { Settings } from "./settings.ts";
import type { SharedVolume } from "./shared-volume.ts";

export interface ReaderServiceProps {
  readonly settings: Settings;
  readonly network: Network;
  readonly volume: SharedVolume;
  readonly task: ReaderTask;
  readonly loadBalancer: LoadBalancer;
}

/** The Fargate service: tasks in all zones, replaced one by one, with a rollback if the new ones do not become ready. */
export class ReaderService extends Construct {
  readonly cluster: ecs.Cluster;
  readonly service: ecs.FargateService;

  constructor(scope: Construct, id: string, props: ReaderServiceProps) {
    super(scope, id);
    const { settings, network, volume, task, loadBalancer } = props;
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
      // The function finds all tasks by one name, and tells them what it has written.
      cloudMapOptions: {
        cloudMapNamespace: new servicediscovery.PrivateDnsNamespace(this, "Namespace", {
          name: namespace(settings.name),
          vpc: network.vpc,
          description: "The readers, for the function",
        }),
        name: READER_HOST,
        dnsRecordType: servicediscovery.DnsRecordType.A,
        dnsTtl: Duration.seconds(5),
      },
      // A shell in a task would bypass the other restrictions.
      enableExecuteCommand: false,
    });
    // A task fails if it starts before the mount targets, the endpoints, the rules of the security groups and the policies
    // of its roles exist, and three such failures start a rollback. When the stack is deleted they stay until it has ended.
    this.service.node.addDependency(volume.mountTargets, network.ready, task);
    // Some of these depend on others of them. cfn-lint warns about that, and it is harmless.
    this.service.node.findAll().filter((child) => child instanceof ecs.CfnService)
      .forEach((service) => service.addMetadata("cfn-lint", { config: { ignore_checks: ["W3005"] } }));
    this.service.attachToApplicationTargetGroup(loadBalancer.readers);
    this.scale(settings);
  }

  /** Scales by CPU and by memory. An open stream needs little CPU and some memory. */
  private scale(settings: Settings): void {
    const scaling = this.service.autoScaleTaskCount({ minCapacity: settings.readerMin, maxCapacity: settings.readerMax });
    const cooldowns = { scaleOutCooldown: Duration.seconds(30), scaleInCooldown: Duration.minutes(5) };
    scaling.scaleOnCpuUtilization("Cpu", { targetUtilizationPercent: 60, ...cooldowns });
    scaling.scaleOnMemoryUtilization("Memory", { targetUtilizationPercent: 70, ...cooldowns });
  }
}
