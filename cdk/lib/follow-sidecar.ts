// The sidecar that mirrors files from EFS for the program of a task.
import { CfnResource, Duration } from "aws-cdk-lib";
import * as ecs from "aws-cdk-lib/aws-ecs";
import type * as efs from "aws-cdk-lib/aws-efs";
import * as iam from "aws-cdk-lib/aws-iam";
import type * as logs from "aws-cdk-lib/aws-logs";
import { followImage } from "./assets.ts";
import { contract, posixUser } from "./contract.ts";

const SOURCE = "follow-source";
const TARGET = "follow-target";

/** The files on EFS. */
export interface FollowedFiles {
  readonly fileSystem: efs.IFileSystem;
  /** Its user can read the files. The task mounts through it, and nothing else. */
  readonly accessPoint: efs.IAccessPoint;
  /** The file or directory below the access point. Default: its root. */
  readonly path?: string;
}

export interface FollowSidecarProps {
  readonly from: FollowedFiles;
  /** The directory of the application in which the files are put. */
  readonly to: string;
  /** The container that uses them. It starts when they are in place, and can only read them. */
  readonly application: ecs.ContainerDefinition;
  /** How the application is told of a change, such as `signal:HUP:nginx` or `http:POST:http://127.0.0.1:9090/-/reload`. */
  readonly then?: string;
  /** The command that checks the files first. It runs in the sidecar, so its program has to be in `image`. */
  readonly check?: string;
  /** Mirrors only the document in its envelope, as a wall or `lambda-writer` publishes it. Default: false. */
  readonly document?: boolean;
  /**
   * Lets the function that publishes tell the sidecar (`POST /look`): it listens at port 8082 of all addresses of the task, and not
   * of the loopback only. Default: false.
   *
   * The listener asks nobody who he is, and shows paths and faults. So the security group of the task must admit the function at
   * this port and nobody else, as the settings `followers` and `followersSecurityGroupId` make it.
   */
  readonly toldByFunction?: boolean;
  /** The user of the sidecar. For a signal it has to be that of the application. Default: the user of the readers. */
  readonly user?: string;
  /** The image. Default: the target `follow` of docker/Dockerfile. */
  readonly image?: ecs.ContainerImage;
  readonly log?: logs.ILogGroup;
}

/** The sidecar `follow`. */
export class FollowSidecar {
  private constructor() {}

  /** Adds the sidecar to a task, with a read-only mount, TLS and the permission to mount. Returns its container. */
  static addTo(task: ecs.FargateTaskDefinition, props: FollowSidecarProps): ecs.ContainerDefinition {
    const { from, application, then } = props;
    addVolumes(task, from);
    task.addToTaskRolePolicy(mountStatement(from));
    if (then?.startsWith("signal:")) shareProcesses(task);
    const container = task.addContainer("follow", {
      image: props.image ?? followImage(),
      user: props.user ?? defaultUser(),
      readonlyRootFilesystem: true,
      environment: environment(props),
      ...(props.toldByFunction === true ? { portMappings: [{ containerPort: contract.ports.follow }] } : {}),
      healthCheck: {
        command: ["CMD", contract.paths.follow_program, contract.commands.follow_healthcheck],
        interval: Duration.seconds(10),
        timeout: Duration.seconds(5),
        retries: 3,
        startPeriod: Duration.seconds(30),
      },
      linuxParameters: noCapabilities(task),
      ...(props.log === undefined ? {} : {
        logging: ecs.LogDrivers.awsLogs({ logGroup: props.log, streamPrefix: "follow", mode: ecs.AwsLogDriverMode.NON_BLOCKING }),
      }),
    });
    const { follow_from, follow_to } = contract.paths;
    container.addMountPoints(
      { sourceVolume: SOURCE, containerPath: follow_from, readOnly: true },
      { sourceVolume: TARGET, containerPath: follow_to, readOnly: false },
    );
    application.addMountPoints({ sourceVolume: TARGET, containerPath: props.to, readOnly: true });
    application.addContainerDependencies({ container, condition: ecs.ContainerDependencyCondition.HEALTHY });
    return container;
  }
}

function environment({ from, then, check, document, toldByFunction }: FollowSidecarProps): Record<string, string> {
  const { environment: { follow: names }, paths, ports } = contract;
  const below = (from.path ?? "").replace(/^\/+/, "");
  return {
    [names.from]: below === "" ? paths.follow_from : `${paths.follow_from}/${below}`,
    [names.to]: `${paths.follow_to}/`,
    [names.listen]: `${toldByFunction === true ? "0.0.0.0" : "127.0.0.1"}:${ports.follow}`,
    // The image has the directory, and files in it would be those of the image.
    [names.require_mount]: paths.follow_from,
    ...(then === undefined ? {} : { [names.then]: then }),
    ...(check === undefined ? {} : { [names.check]: check }),
    ...(document === true ? { [names.document]: "true" } : {}),
  };
}

/** The volumes: the source, mounted through an access point, with the role of the task and with TLS, and the target. */
function addVolumes(task: ecs.FargateTaskDefinition, { fileSystem, accessPoint }: FollowedFiles): void {
  task.addVolume({
    name: SOURCE,
    efsVolumeConfiguration: {
      fileSystemId: fileSystem.fileSystemId,
      transitEncryption: "ENABLED",
      authorizationConfig: { accessPointId: accessPoint.accessPointId, iam: "ENABLED" },
    },
  });
  task.addVolume({ name: TARGET });
}

/** Allows the task to mount the files for reading, through the access point only. */
function mountStatement({ fileSystem, accessPoint }: FollowedFiles): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions: ["elasticfilesystem:ClientMount"],
    resources: [fileSystem.fileSystemArn],
    conditions: { StringEquals: { "elasticfilesystem:AccessPointArn": accessPoint.accessPointArn } },
  });
}

/** A signal reaches processes of the same namespace only. */
function shareProcesses(task: ecs.FargateTaskDefinition): void {
  (task.node.defaultChild as CfnResource).addPropertyOverride("PidMode", "task");
}

function noCapabilities(task: ecs.FargateTaskDefinition): ecs.LinuxParameters {
  const parameters = new ecs.LinuxParameters(task, "FollowLinux");
  parameters.dropCapabilities(ecs.Capability.ALL);
  return parameters;
}

function defaultUser(): string {
  const { uid, gid } = posixUser(contract.users.reader);
  return `${uid}:${gid}`;
}
