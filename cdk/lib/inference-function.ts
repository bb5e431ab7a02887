// The function that classifies pictures.
import { Duration } from "aws-cdk-lib";
import * as iam from "aws-cdk-lib/aws-iam";
import * as lambda from "aws-cdk-lib/aws-lambda";
import type * as logs from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { FunctionCode } from "./assets.ts";
import { contract, inferenceEnvironment } from "./contract.ts";
import { FunctionMount } from "./function-mount.ts";
import { FunctionRole } from "./function-role.ts";
import { reserved } from "./function-settings.ts";
import { logGroup } from "./logs.ts";
import type { Network } from "./network.ts";
import type { Settings } from "./settings.ts";
import type { PictureAccessPoints, SharedVolume } from "./shared-volume.ts";

/** The alias that callers invoke if environments are provisioned. Lambda provisions a version or an alias only. */
const ALIAS = "live";

export interface InferenceFunctionProps {
  readonly settings: Settings;
  readonly network: Network;
  readonly volume: SharedVolume;
  readonly accessPoints: PictureAccessPoints;
  /** The function that receives the result of each asynchronous invocation. */
  readonly writer: lambda.IFunction;
}

/** The function, its role and its mount, which is read-only. Its results go to the function that writes the wall. */
export class InferenceFunction extends Construct {
  readonly function: lambda.Function;
  /** The function that callers invoke: `function`, or its alias if environments are provisioned. */
  readonly invoked: lambda.IFunction;
  readonly log: logs.ILogGroup;

  constructor(scope: Construct, id: string, props: InferenceFunctionProps) {
    super(scope, id);
    const { settings, network, volume, accessPoints, writer } = props;
    const functionName = inferenceName(settings);
    const results = resultsTo(writer);
    this.log = logGroup(this, "inference", settings);
    this.function = new lambda.Function(this, "Function", {
      functionName,
      description: "Classifies pictures with a model on the shared file system",
      runtime: lambda.Runtime.PROVIDED_AL2023,
      architecture: lambda.Architecture.ARM_64,
      handler: "bootstrap",
      code: new FunctionCode("lambda-inference"),
      environment: inferenceEnvironment(settings),
      memorySize: settings.inferenceMemoryMb,
      timeout: Duration.seconds(contract.times.inference_timeout_s),
      reservedConcurrentExecutions: reserved(settings.inferenceReservedConcurrency),
      role: this.role(functionName, props),
      logGroup: this.log,
      loggingFormat: lambda.LoggingFormat.JSON,
      vpc: network.vpc,
      vpcSubnets: network.privateSubnets,
      securityGroups: network.inferenceGroup === undefined ? [] : [network.inferenceGroup],
      filesystem: new FunctionMount(volume, accessPoints.inference, contract.paths.inference_dir),
      ...results,
    });
    // CDK makes the function depend on its role twice. cfn-lint warns about that, and it is harmless.
    (this.function.node.defaultChild as lambda.CfnFunction).addMetadata("cfn-lint", { config: { ignore_checks: ["W3005"] } });
    const provisionedConcurrentExecutions = settings.inferenceProvisionedConcurrency;
    this.invoked = provisionedConcurrentExecutions === 0
      ? this.function
      : new lambda.Alias(this, "Alias", {
        aliasName: ALIAS,
        description: "The version with environments that have loaded the model",
        version: this.function.currentVersion,
        provisionedConcurrentExecutions,
        ...results,
      });
  }

  /** Allows the function to read through its access point, to invoke the function that writes the wall, and nothing else. */
  private role(functionName: string, { volume, accessPoints, writer }: InferenceFunctionProps): iam.Role {
    const description = "The function: logs, mounts the file system to read it, passes results on, and connects to the VPC";
    const role = new FunctionRole(this, "Role", { functionName, description, log: this.log });
    role.addToPolicy(volume.mountStatement(accessPoints.inference, "ClientMount"));
    // LambdaDestination of CDK would allow all versions and aliases, with a wildcard.
    role.addToPolicy(new iam.PolicyStatement({ actions: ["lambda:InvokeFunction"], resources: [writer.functionArn] }));
    return role;
  }
}

/** Returns the name of the function in a stack. */
export function inferenceName({ name }: Settings): string {
  return contract.functions.inference.replace(contract.functions.writer, name);
}

/** Returns the options that send the result of every asynchronous invocation, a success or a failure, to `writer`. */
function resultsTo(writer: lambda.IFunction): lambda.EventInvokeConfigOptions {
  const destination: lambda.IDestination = { bind: () => ({ destination: writer.functionArn }) };
  return { retryAttempts: 2, maxEventAge: Duration.hours(1), onSuccess: destination, onFailure: destination };
}
