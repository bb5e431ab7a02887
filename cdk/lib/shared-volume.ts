// The file system and its access points.
//
// Four of the five security layers are here: IAM, the access point in the condition of each policy, the path, and POSIX.
// The network layer is in network.ts.
import { RemovalPolicy, Size, Stack } from "aws-cdk-lib";
import * as efs from "aws-cdk-lib/aws-efs";
import * as iam from "aws-cdk-lib/aws-iam";
import * as kms from "aws-cdk-lib/aws-kms";
import { Construct, type IDependable } from "constructs";
import { contract, posixUser, type User } from "./contract.ts";
import type { Network } from "./network.ts";
import type { Settings } from "./settings.ts";

export interface SharedVolumeProps {
  readonly settings: Settings;
  readonly network: Network;
}

/** The access points of models and pictures. */
export interface PictureAccessPoints {
  /** That of the function which classifies pictures: the directories of models and pictures. */
  readonly inference: efs.IAccessPoint;
  /** That of the readers: the directory of pictures. */
  readonly uploads: efs.IAccessPoint;
}

/** The EFS file system, and the access points of the functions and the readers. */
export class SharedVolume extends Construct {
  readonly fileSystemId: string;
  readonly fileSystemArn: string;
  readonly writerAccessPoint: efs.IAccessPoint;
  readonly readerAccessPoint: efs.IAccessPoint;
  /** The access points of models and pictures; undefined if no pictures are classified. */
  readonly pictures: PictureAccessPoints | undefined;
  /** The mount targets. A mount fails before they exist. */
  readonly mountTargets: IDependable;

  constructor(scope: Construct, id: string, props: SharedVolumeProps) {
    super(scope, id);
    const fileSystem = props.settings.fileSystemId === undefined
      ? this.newFileSystem(props)
      : efs.FileSystem.fromFileSystemAttributes(this, "FileSystem", {
        fileSystemId: props.settings.fileSystemId,
        securityGroup: props.network.fileSystemGroup,
      });
    this.fileSystemId = fileSystem.fileSystemId;
    this.fileSystemArn = Stack.of(this).formatArn({
      service: "elasticfilesystem",
      resource: "file-system",
      resourceName: fileSystem.fileSystemId,
    });
    this.mountTargets = fileSystem.mountTargetsAvailable;
    const { users, paths } = contract;
    // Both have the same root with the same owner, so either can be mounted first.
    const wall = { fileSystem, path: paths.access_point, owner: users.writer };
    this.writerAccessPoint = this.accessPoint("WriterAccessPoint", { ...wall, user: users.writer });
    this.readerAccessPoint = this.accessPoint("ReaderAccessPoint", { ...wall, user: users.reader });
    if (props.settings.inference) this.pictures = this.pictureAccessPoints(fileSystem);
  }

  /** Returns a statement that allows `actions` through `accessPoint`. Writing needs both `ClientMount` and `ClientWrite`. */
  mountStatement(accessPoint: efs.IAccessPoint, ...actions: ("ClientMount" | "ClientWrite")[]): iam.PolicyStatement {
    return new iam.PolicyStatement({
      actions: actions.map((action) => `elasticfilesystem:${action}`),
      resources: [this.fileSystemArn],
      conditions: { StringEquals: { "elasticfilesystem:AccessPointArn": accessPoint.accessPointArn } },
    });
  }

  private newFileSystem({ settings, network }: SharedVolumeProps): efs.FileSystem {
    const removalPolicy = settings.keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
    const key = new kms.Key(this, "Key", {
      description: `The file system of ${settings.name}`,
      enableKeyRotation: true,
      removalPolicy,
    });
    return new efs.FileSystem(this, "FileSystem", {
      vpc: network.vpc,
      vpcSubnets: network.privateSubnets,
      securityGroup: network.fileSystemGroup,
      encrypted: true,
      kmsKey: key,
      enableAutomaticBackups: true,
      removalPolicy,
      ...throughput(settings),
      // Without this option CDK adds a statement that allows everybody ClientWrite and ClientRootAccess through a mount
      // target, and the tasks could write. The policy below takes its place: with a policy, EFS refuses anonymous clients.
      allowAnonymousAccess: true,
      fileSystemPolicy: fileSystemPolicy(),
    });
  }

  /**
   * Makes the access points of models and pictures. All users are in one group, and the function which classifies pictures
   * owns nothing there, so that the modes let it read only.
   */
  private pictureAccessPoints(fileSystem: efs.IFileSystem): PictureAccessPoints {
    const { users, paths } = contract;
    const path = paths.inference_access_point;
    return {
      inference: this.accessPoint("InferenceAccessPoint", { fileSystem, path, user: users.inference, owner: users.writer }),
      uploads: this.accessPoint("UploadsAccessPoint", {
        fileSystem, path: `${path}/${paths.uploads}`, user: users.reader, owner: users.reader,
      }),
    };
  }

  private accessPoint(id: string, { fileSystem, path, user, owner: { uid, gid } }: AccessPointProps): efs.AccessPoint {
    const owner = posixUser({ uid, gid });
    return new efs.AccessPoint(this, id, {
      fileSystem,
      path,
      posixUser: posixUser(user),
      createAcl: { ownerUid: owner.uid, ownerGid: owner.gid, permissions: contract.users.directory_mode },
    });
  }
}

interface AccessPointProps {
  readonly fileSystem: efs.IFileSystem;
  readonly path: string;
  /** The user that every client acts as. */
  readonly user: User;
  /** The owner of the root. EFS makes the root at the first mount. */
  readonly owner: User;
}

/** Returns the policy of the file system, which only denies. The roles allow: EFS accepts an allow from either. */
export function fileSystemPolicy(): iam.PolicyDocument {
  return new iam.PolicyDocument({
    statements: [
      new iam.PolicyStatement({
        sid: "DenyWithoutTls",
        effect: iam.Effect.DENY,
        principals: [new iam.AnyPrincipal()],
        actions: ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite", "elasticfilesystem:ClientRootAccess"],
        conditions: { Bool: { "aws:SecureTransport": "false" } },
      }),
      new iam.PolicyStatement({
        sid: "DenyRootAccess",
        effect: iam.Effect.DENY,
        principals: [new iam.AnyPrincipal()],
        actions: ["elasticfilesystem:ClientRootAccess"],
      }),
    ],
  });
}

function throughput(settings: Settings): Pick<efs.FileSystemProps, "throughputMode" | "provisionedThroughputPerSecond"> {
  switch (settings.throughput) {
    case "elastic":
      return { throughputMode: efs.ThroughputMode.ELASTIC };
    case "bursting":
      return { throughputMode: efs.ThroughputMode.BURSTING };
    case "provisioned":
      return {
        throughputMode: efs.ThroughputMode.PROVISIONED,
        provisionedThroughputPerSecond: Size.mebibytes(settings.provisionedMibps ?? 1),
      };
  }
}
