// Each that speaks has its own log group, and each log group ends after a while.
import { RemovalPolicy } from "aws-cdk-lib";
import * as logs from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import type { Settings } from "./settings.ts";

/** A log group `/messagewall/<stack>/<speaker>`. It goes with the stack: what must outlive it is on the file system. */
export function logGroup(scope: Construct, speaker: string, settings: Settings): logs.LogGroup {
  return new logs.LogGroup(scope, "Log", {
    logGroupName: `/messagewall/${settings.name}/${speaker}`,
    retention: settings.logDays as logs.RetentionDays,
    removalPolicy: RemovalPolicy.DESTROY,
  });
}
