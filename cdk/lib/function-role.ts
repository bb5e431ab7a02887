// The roles of the two functions.
import { ArnFormat, Stack, Validations } from "aws-cdk-lib";
import * as iam from "aws-cdk-lib/aws-iam";
import type * as logs from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";

export interface FunctionRoleProps {
  /** The name of the function. CloudFormation makes the role first, so the function itself cannot be named. */
  readonly functionName: string;
  readonly description: string;
  readonly log: logs.ILogGroup;
}

/** The role of a function in the VPC: it logs, and Lambda connects it to the VPC. The function adds what it needs. */
export class FunctionRole extends iam.Role {
  constructor(scope: Construct, id: string, { functionName, description, log }: FunctionRoleProps) {
    super(scope, id, { description, assumedBy: new iam.ServicePrincipal("lambda.amazonaws.com") });
    this.addToPolicy(new iam.PolicyStatement({
      sid: "Log",
      actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
      resources: [log.logGroupArn],
    }));
    const interfaces = [
      "ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:DeleteNetworkInterface",
      "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses",
    ];
    this.addToPolicy(new iam.PolicyStatement({ sid: "ConnectToVpc", actions: interfaces, resources: ["*"] }));
    // Lambda needs these actions to connect the function; the code of the function does not.
    this.addToPolicy(new iam.PolicyStatement({
      sid: "DenyConnectToVpcFromCode",
      effect: iam.Effect.DENY,
      actions: interfaces,
      resources: ["*"],
      conditions: {
        ArnEquals: {
          "lambda:SourceFunctionArn": Stack.of(this).formatArn({
            service: "lambda",
            resource: "function",
            resourceName: functionName,
            arnFormat: ArnFormat.COLON_RESOURCE_NAME,
          }),
        },
      },
    }));
    Validations.of(this).acknowledge({
      id: "AwsSolutions-IAM5[Resource::*]",
      reason: "Lambda connects the function to the VPC with network interfaces that do not exist yet, and the Describe actions support no "
        + "resource. AWS documents these actions for the purpose. The next statement denies them to the code of the function.",
    });
  }
}
