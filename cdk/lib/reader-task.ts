// The task definition of the reader.
import { Duration, Validations } from "aws-cdk-lib";
import * as ecs from "aws-cdk-lib/aws-ecs";
import type * as efs from "aws-cdk-lib/aws-efs";
import * as iam from "aws-cdk-lib/aws-iam";
import type * as lambda from "aws-cdk-lib/aws-lambda";
import type * as logs from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { readerImage } from "./assets.ts";
import { contract, posixUser, readerEnvironment } from "./contract.ts";
import { logGroup } from "./logs.ts";
import type { Settings } from "./settings.ts";
import type { SharedVolume } from "./shared-volume.ts";
import { Tokens } from "./tokens.ts";

const VOLUME = "wall";
const UPLOADS = "uploads";

export interface ReaderTaskProps {
  readonly settings: Settings;
  readonly volume: SharedVolume;
  readonly writer: lambda.IFunction;
  /** The function that classifies pictures; undefined without it. */
  readonly inference: lambda.IFunction | undefined;
  /** The origin of the page, as browsers send it. */
  readonly origin: string;
}

/** The task definition: one container that can read the wall and write pictures only, with its mounts, roles and tokens. */
export class ReaderTask extends Construct {
  readonly definition: ecs.FargateTaskDefinition;
  readonly log: logs.ILogGroup;
  readonly tokens: Tokens;

  constructor(scope: Construct, id: string, props: ReaderTaskProps) {
    super(scope, id);
    const { settings, volume } = props;
    this.log = logGroup(this, "reader", settings);
    this.tokens = new Tokens(this, settings);
    this.definition = new ecs.FargateTaskDefinition(this, "Definition", {
      family: `${settings.name}-reader`,
      cpu: settings.readerCpu,
      memoryLimitMiB: settings.readerMemoryMib,
      runtimePlatform: {
        cpuArchitecture: ecs.CpuArchitecture.ARM64,
        operatingSystemFamily: ecs.OperatingSystemFamily.LINUX,
      },
      taskRole: this.taskRole(props),
      volumes: [
        efsVolume(VOLUME, volume, volume.readerAccessPoint),
        ...(volume.pictures === undefined ? [] : [efsVolume(UPLOADS, volume, volume.pictures.uploads)]),
      ],
    });
    this.addContainer(props);
    Validations.of(this.definition).acknowledge(
      {
        id: "AwsSolutions-ECS2",
        reason: "The variables are paths, ports, and the names of the functions and of the secrets, which are no secrets. The reader "
          + "gets the tokens from Secrets Manager.",
      },
      {
        id: "AwsSolutions-IAM5[Resource::*]",
        reason: "The execution role needs ecr:GetAuthorizationToken, which supports no resource. Its other statements name the image "
          + "and the log group. ECS uses the role, and the container has no access to it.",
      },
    );
  }

  private addContainer({ settings, volume, writer, inference, origin }: ReaderTaskProps): void {
    const { uid, gid } = posixUser(contract.users.reader);
    const container = this.definition.addContainer("reader", {
      image: readerImage(),
      user: `${uid}:${gid}`,
      readonlyRootFilesystem: true,
      linuxParameters: this.noCapabilities(),
      portMappings: [{ containerPort: contract.ports.reader }],
      environment: readerEnvironment({
        name: settings.name,
        writerFunction: settings.pagePosts ? writer.functionName : undefined,
        inferenceFunction: settings.pagePosts ? inference?.functionArn : undefined,
        uploadsDir: volume.pictures === undefined ? undefined : contract.paths.uploads_dir,
        watchIntervalMs: settings.watchIntervalMs,
        posters: settings.anybodyPosts ? "anybody" : "token",
        tokensSecret: this.tokens.names,
        publicOrigin: origin,
      }),
      healthCheck: {
        command: ["CMD", contract.paths.reader_program, contract.commands.healthcheck],
        interval: Duration.seconds(10),
        timeout: Duration.seconds(5),
        retries: 3,
        startPeriod: Duration.seconds(15),
      },
      // Longer than the deregistration delay of the load balancer, so that streams have ended before the reader is killed.
      stopTimeout: Duration.seconds(30),
      logging: ecs.LogDrivers.awsLogs({ logGroup: this.log, streamPrefix: "reader", mode: ecs.AwsLogDriverMode.NON_BLOCKING }),
    });
    container.addMountPoints({ sourceVolume: VOLUME, containerPath: contract.paths.wall_dir, readOnly: true });
    if (volume.pictures !== undefined) {
      container.addMountPoints({ sourceVolume: UPLOADS, containerPath: contract.paths.uploads_dir, readOnly: !settings.pagePosts });
    }
  }

  /** Allows the container to read the wall and the tokens, to write pictures, and to invoke the functions, and nothing else. */
  private taskRole({ settings, volume, writer, inference }: ReaderTaskProps): iam.Role {
    const role = new iam.Role(this, "TaskRole", {
      description: "The reader: mounts the file system to read it and to write pictures, reads the tokens, and invokes the functions",
      assumedBy: new iam.ServicePrincipal("ecs-tasks.amazonaws.com"),
    });
    role.addToPolicy(volume.mountStatement(volume.readerAccessPoint, "ClientMount"));
    if (volume.pictures !== undefined) {
      const actions = settings.pagePosts ? ["ClientMount", "ClientWrite"] as const : ["ClientMount"] as const;
      role.addToPolicy(volume.mountStatement(volume.pictures.uploads, ...actions));
    }
    role.addToPolicy(this.tokens.readStatement());
    if (settings.pagePosts) {
      // grantInvoke would allow all versions and aliases, with a wildcard.
      const resources = [writer.functionArn, ...(inference === undefined ? [] : [inference.functionArn])];
      role.addToPolicy(new iam.PolicyStatement({ actions: ["lambda:InvokeFunction"], resources }));
    }
    return role;
  }

  private noCapabilities(): ecs.LinuxParameters {
    const parameters = new ecs.LinuxParameters(this, "Linux");
    parameters.dropCapabilities(ecs.Capability.ALL);
    return parameters;
  }
}

/** Returns a volume that is mounted through an access point, with the role of the task, and with TLS. */
function efsVolume(name: string, { fileSystemId }: SharedVolume, { accessPointId }: efs.IAccessPoint): ecs.Volume {
  return {
    name,
    efsVolumeConfiguration: { fileSystemId, transitEncryption: "ENABLED", authorizationConfig: { accessPointId, iam: "ENABLED" } },
  };
}
