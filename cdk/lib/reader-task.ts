// ReaderTask: one container that reads the wall and cannot write it.
import { Duration, Validations } from "aws-cdk-lib";
import * as ecs from "aws-cdk-lib/aws-ecs";
import * as iam from "aws-cdk-lib/aws-iam";
import type * as lambda from "aws-cdk-lib/aws-lambda";
import type * as logs from "aws-cdk-lib/aws-logs";
import * as secrets from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";
import { readerImage } from "./assets.ts";
import { contract, posixUser, readerEnvironment } from "./contract.ts";
import { logGroup } from "./logs.ts";
import type { Settings } from "./settings.ts";
import type { SharedVolume } from "./shared-volume.ts";

const VOLUME = "wall";

export interface ReaderTaskProps {
  readonly settings: Settings;
  readonly volume: SharedVolume;
  readonly writer: lambda.IFunction;
}

/** The task definition: image, mount, roles, secret. */
export class ReaderTask extends Construct {
  readonly definition: ecs.FargateTaskDefinition;
  readonly log: logs.ILogGroup;
  /** The admin's bearer token, made up by Secrets Manager. */
  readonly adminToken: secrets.ISecret;

  constructor(scope: Construct, id: string, props: ReaderTaskProps) {
    super(scope, id);
    const { settings, volume, writer } = props;
    this.log = logGroup(this, "reader", settings);
    this.adminToken = this.newAdminToken(settings);
    this.definition = new ecs.FargateTaskDefinition(this, "Definition", {
      family: `${settings.name}-reader`,
      cpu: settings.readerCpu,
      memoryLimitMiB: settings.readerMemoryMib,
      runtimePlatform: {
        cpuArchitecture: ecs.CpuArchitecture.ARM64,
        operatingSystemFamily: ecs.OperatingSystemFamily.LINUX,
      },
      taskRole: this.taskRole(volume, writer, settings),
      volumes: [{
        name: VOLUME,
        efsVolumeConfiguration: {
          fileSystemId: volume.fileSystemId,
          transitEncryption: "ENABLED",
          authorizationConfig: { accessPointId: volume.readerAccessPoint.accessPointId, iam: "ENABLED" },
        },
      }],
    });
    this.addContainer(props);
    Validations.of(this.definition).acknowledge(
      {
        id: "AwsSolutions-ECS2",
        reason: "The variables are paths, ports and the function's name, all of them public in this repository; "
          + "the one secret, the admin token, comes from Secrets Manager.",
      },
      {
        id: "AwsSolutions-IAM5[Resource::*]",
        reason: "On the execution role, which ECS uses and the container never sees: ecr:GetAuthorizationToken knows no resource. "
          + "Image, log group and secret are named.",
      },
    );
  }

  private addContainer({ settings, writer }: ReaderTaskProps): void {
    const { uid, gid } = posixUser(contract.users.reader);
    const container = this.definition.addContainer("reader", {
      image: readerImage(this),
      user: `${uid}:${gid}`,
      readonlyRootFilesystem: true,
      linuxParameters: this.noCapabilities(),
      portMappings: [{ containerPort: contract.ports.reader }],
      environment: readerEnvironment({
        writerFunction: settings.pagePosts ? writer.functionName : undefined,
        watchIntervalMs: settings.watchIntervalMs,
      }),
      secrets: { [contract.environment.reader.admin_token]: ecs.Secret.fromSecretsManager(this.adminToken) },
      healthCheck: {
        command: ["CMD", contract.paths.reader_program, contract.commands.healthcheck],
        interval: Duration.seconds(10),
        timeout: Duration.seconds(5),
        retries: 3,
        startPeriod: Duration.seconds(15),
      },
      // Longer than the load balancer's deregistration delay, so that browsers leave before the reader does.
      stopTimeout: Duration.seconds(30),
      logging: ecs.LogDrivers.awsLogs({ logGroup: this.log, streamPrefix: "reader", mode: ecs.AwsLogDriverMode.NON_BLOCKING }),
    });
    container.addMountPoints({ sourceVolume: VOLUME, containerPath: contract.paths.wall_dir, readOnly: true });
  }

  /** Mount through the reader's access point, and invoke the one function: all that the container may do. */
  private taskRole(volume: SharedVolume, writer: lambda.IFunction, settings: Settings): iam.Role {
    const role = new iam.Role(this, "TaskRole", {
      description: "What the reader may do: mount to read, and invoke the function",
      assumedBy: new iam.ServicePrincipal("ecs-tasks.amazonaws.com"),
    });
    role.addToPolicy(volume.mountStatement(volume.readerAccessPoint, "ClientMount"));
    if (settings.pagePosts) {
      // Not grantInvoke: it would allow every version and alias with a wildcard.
      role.addToPolicy(new iam.PolicyStatement({ actions: ["lambda:InvokeFunction"], resources: [writer.functionArn] }));
    }
    return role;
  }

  private noCapabilities(): ecs.LinuxParameters {
    const parameters = new ecs.LinuxParameters(this, "Linux");
    parameters.dropCapabilities(ecs.Capability.ALL);
    return parameters;
  }

  private newAdminToken(settings: Settings): secrets.Secret {
    const secret = new secrets.Secret(this, "AdminToken", {
      description: `The admin's bearer token of ${settings.name}`,
      generateSecretString: { passwordLength: 40, excludePunctuation: true },
    });
    Validations.of(secret).acknowledge({
      id: "AwsSolutions-SMG4",
      reason: "Tasks read the token when they start, so a rotation by schedule would only lock the admin out of running tasks; "
        + "README.md says how to change the token and restart the tasks.",
    });
    return secret;
  }
}
