// The function, which is the only writer of the wall.
import { Duration, Stack } from "aws-cdk-lib";
import type * as iam from "aws-cdk-lib/aws-iam";
import * as lambda from "aws-cdk-lib/aws-lambda";
import { SqsDestination } from "aws-cdk-lib/aws-lambda-destinations";
import type * as logs from "aws-cdk-lib/aws-logs";
import type * as sqs from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { FunctionCode } from "./assets.ts";
import { contract, writerEnvironment } from "./contract.ts";
import { followedDocuments } from "./followed-documents.ts";
import { faultOfFollowers } from "./followers.ts";
import { FunctionMount } from "./function-mount.ts";
import { FunctionRole } from "./function-role.ts";
import { reserved } from "./function-settings.ts";
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
  private readonly followers: string[];

  constructor(scope: Construct, id: string, props: WriterFunctionProps) {
    super(scope, id);
    const { settings, network, volume } = props;
    this.log = logGroup(this, "writer", settings);
    this.followers = [...settings.followers ?? []];
    const role = this.role(props);
    this.function = new lambda.Function(this, "Function", {
      functionName: settings.name,
      description: "Writes the wall on the shared file system",
      runtime: lambda.Runtime.PROVIDED_AL2023,
      architecture: lambda.Architecture.ARM_64,
      handler: "bootstrap",
      code: new FunctionCode("lambda-writer"),
      environment: writerEnvironment(settings),
      memorySize: settings.writerMemoryMb,
      timeout: Duration.seconds(settings.writerTimeoutSeconds),
      reservedConcurrentExecutions: reserved(settings.reservedConcurrency),
      role,
      logGroup: this.log,
      loggingFormat: lambda.LoggingFormat.JSON,
      vpc: network.vpc,
      vpcSubnets: network.privateSubnets,
      securityGroups: [network.writerGroup],
      filesystem: new FunctionMount(volume, volume.writerAccessPoint, contract.paths.wall_dir),
      // An event is tried three times at most. The function remembers its id for the retry window, so that a retry of an
      // applied event changes nothing.
      retryAttempts: 2,
      maxEventAge: Duration.hours(1),
      onFailure: new SqsDestination(props.failedEvents),
    });
    // CDK makes the function depend on its role twice. cfn-lint warns about that, and it is harmless.
    (this.function.node.defaultChild as lambda.CfnFunction).addMetadata("cfn-lint", { config: { ignore_checks: ["W3005"] } });
  }

  /**
   * Makes the function tell one more follower that it has published a file.
   *
   * @throws Error if it is no `host:port`, or one too many.
   */
  tell(follower: string): void {
    this.followers.push(follower);
    const fault = faultOfFollowers(this.followers);
    if (fault !== undefined) throw new Error(`followers must be ${fault}`);
    this.function.addEnvironment(contract.environment.writer.followers, this.followers.join(","));
  }

  /** Allows the function to write through its access point, to read the documents that it follows, and nothing else. */
  private role({ settings, volume }: WriterFunctionProps): iam.Role {
    const description = "The function: logs, mounts the file system to write it, and connects to the VPC";
    const role = new FunctionRole(this, "Role", { functionName: settings.name, description, log: this.log });
    role.addToPolicy(volume.mountStatement(volume.writerAccessPoint, "ClientMount", "ClientWrite"));
    for (const { permissions } of followedDocuments(settings)) permissions(Stack.of(this)).forEach((statement) => role.addToPolicy(statement));
    return role;
  }
}
