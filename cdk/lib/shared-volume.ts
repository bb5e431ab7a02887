// The file system and its two access points.
//
// Four of the five security layers are here: IAM, the access point in the condition of each policy, the path, and POSIX.
// The network layer is in network.ts.
import { RemovalPolicy, Size, Stack } from "aws-cdk-lib";
import * as efs from "aws-cdk-lib/aws-efs";
import * as iam from "aws-cdk-lib/aws-iam";
import * as kms from "aws-cdk-lib/aws-kms";
import { Construct, type IDependable } from "constructs";
import { contract, posixUser } from "./contract.ts";
import type { Network } from "./network.ts";
import type { Settings } from "./settings.ts";

export interface SharedVolumeProps {
  readonly settings: Settings;
  readonly network: Network;
}

/** The EFS file system, the access point of the writer, and the access point of the readers. */
export class SharedVolume extends Construct {
  readonly fileSystemId: string;
  readonly fileSystemArn: string;
  readonly writerAccessPoint: efs.IAccessPoint;
  readonly readerAccessPoint: efs.IAccessPoint;
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
    this.writerAccessPoint = this.accessPoint("WriterAccessPoint", fileSystem, posixUser(contract.users.writer));
    this.readerAccessPoint = this.accessPoint("ReaderAccessPoint", fileSystem, posixUser(contract.users.reader));
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

  /** Makes an access point. Both have the same root with the same owner, so either can be mounted first. */
  private accessPoint(id: string, fileSystem: efs.IFileSystem, user: efs.PosixUser): efs.AccessPoint {
    const owner = posixUser(contract.users.writer);
    return new efs.AccessPoint(this, id, {
      fileSystem,
      path: contract.paths.access_point,
      posixUser: user,
      createAcl: { ownerUid: owner.uid, ownerGid: owner.gid, permissions: contract.users.directory_mode },
    });
  }
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
