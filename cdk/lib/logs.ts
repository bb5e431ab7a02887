// The log groups.
import { RemovalPolicy } from "aws-cdk-lib";
import * as logs from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import type { Settings } from "./settings.ts";

/** Makes the log group `/messagewall/<stack>/<source>`. It is deleted with the stack; the data to keep is on the file system. */
export function logGroup(scope: Construct, source: string, settings: Settings): logs.LogGroup {
  return new logs.LogGroup(scope, "Log", {
    logGroupName: `/messagewall/${settings.name}/${source}`,
    retention: settings.logDays as logs.RetentionDays,
    removalPolicy: RemovalPolicy.DESTROY,
  });
}
