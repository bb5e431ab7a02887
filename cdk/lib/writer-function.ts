// The function, which is the only writer of the wall.
import { ArnFormat, Duration, Stack, Validations } from "aws-cdk-lib";
import * as iam from "aws-cdk-lib/aws-iam";
import * as lambda from "aws-cdk-lib/aws-lambda";
import { SqsDestination } from "aws-cdk-lib/aws-lambda-destinations";
import type * as logs from "aws-cdk-lib/aws-logs";
import type * as sqs from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { WriterCode } from "./assets.ts";
import { contract, writerEnvironment } from "./contract.ts";
import { followedDocuments } from "./followed-documents.ts";
import { logGroup } from "./logs.ts";
import type { Network } from "./network.ts";
import type { Settings } from "./settings.ts";
import type { SharedVolume } from "./shared-volume.ts";

export interface WriterFunctionProps {
  readonly settings: Settings;
  readonly network: Network;
  readonly volume: SharedVolume;
  /** The queue for events that could not be applied. */
  readonly failedEvents: sqs.IQueue;
}

/** The function, its role and its mount. writer-api.ts and writer-events.ts invoke it. */
export class WriterFunction extends Construct {
  readonly function: lambda.Function;
  readonly log: logs.ILogGroup;

  constructor(scope: Construct, id: string, props: WriterFunctionProps) {
    super(scope, id);
    const { settings, network, volume } = props;
    this.log = logGroup(this, "writer", settings);
    const role = this.role(props);
    this.function = new lambda.Function(this, "Function", {
      functionName: settings.name,
      description: "Writes the wall on the shared file system",
      runtime: lambda.Runtime.PROVIDED_AL2023,
      architecture: lambda.Architecture.ARM_64,
      handler: "bootstrap",
      code: new WriterCode(),
      environment: writerEnvironment(settings),
      memorySize: settings.writerMemoryMb,
      timeout: Duration.seconds(settings.writerTimeoutSeconds),
      reservedConcurrentExecutions: settings.reservedConcurrency,
      role,
      logGroup: this.log,
      loggingFormat: lambda.LoggingFormat.JSON,
      vpc: network.vpc,
      vpcSubnets: network.privateSubnets,
      securityGroups: [network.writerGroup],
      filesystem: new Mount(volume),
      // An event is tried three times at most. The function remembers its id for the retry window, so that a retry of an
      // applied event changes nothing.
      retryAttempts: 2,
      maxEventAge: Duration.hours(1),
      onFailure: new SqsDestination(props.failedEvents),
    });
    // CDK makes the function depend on its role twice. cfn-lint warns about that, and it is harmless.
    (this.function.node.defaultChild as lambda.CfnFunction).addMetadata("cfn-lint", { config: { ignore_checks: ["W3005"] } });
  }

  private role({ settings, volume }: WriterFunctionProps): iam.Role {
    const role = new iam.Role(this, "Role", {
      description: "The function: logs, mounts the file system to write it, and connects to the VPC",
      assumedBy: new iam.ServicePrincipal("lambda.amazonaws.com"),
    });
    role.addToPolicy(new iam.PolicyStatement({
      sid: "Log",
      actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
      resources: [this.log.logGroupArn],
    }));
    role.addToPolicy(volume.mountStatement(volume.writerAccessPoint, "ClientMount", "ClientWrite"));
    for (const { permissions } of followedDocuments(settings)) permissions(Stack.of(this)).forEach((statement) => role.addToPolicy(statement));
    const interfaces = [
      "ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:DeleteNetworkInterface",
      "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses",
    ];
    role.addToPolicy(new iam.PolicyStatement({ sid: "ConnectToVpc", actions: interfaces, resources: ["*"] }));
    // Lambda needs these actions to connect the function; the code of the function does not.
    role.addToPolicy(new iam.PolicyStatement({
      sid: "DenyConnectToVpcFromCode",
      effect: iam.Effect.DENY,
      actions: interfaces,
      resources: ["*"],
      conditions: {
        ArnEquals: {
          "lambda:SourceFunctionArn": Stack.of(this).formatArn({
            service: "lambda",
            resource: "function",
            resourceName: settings.name,
            arnFormat: ArnFormat.COLON_RESOURCE_NAME,
          }),
        },
      },
    }));
    Validations.of(role).acknowledge({
      id: "AwsSolutions-IAM5[Resource::*]",
      reason: "Lambda connects the function to the VPC with network interfaces that do not exist yet, and the Describe actions support no "
        + "resource. AWS documents these actions for the purpose. The next statement denies them to the code of the function.",
    });
    return role;
  }
}

/**
 * The mount of the access point of the writer.
 *
 * `FileSystem.fromEfsAccessPoint` of CDK would allow ClientMount on all file systems and ClientWrite through all access
 * points of this one. The role has a narrower statement instead.
 */
class Mount extends lambda.FileSystem {
  constructor(volume: SharedVolume) {
    super({
      arn: volume.writerAccessPoint.accessPointArn,
      localMountPath: contract.paths.wall_dir,
      dependency: [volume.mountTargets],
    });
  }
}
