// The mount of a function.
import type * as efs from "aws-cdk-lib/aws-efs";
import * as lambda from "aws-cdk-lib/aws-lambda";
import type { SharedVolume } from "./shared-volume.ts";

/**
 * The mount of an access point. A function can mount one only.
 *
 * `FileSystem.fromEfsAccessPoint` of CDK would allow ClientMount on all file systems and ClientWrite through all access
 * points of this one. The role of the function has a narrower statement instead.
 */
export class FunctionMount extends lambda.FileSystem {
  constructor(volume: SharedVolume, accessPoint: efs.IAccessPoint, path: string) {
    super({ arn: accessPoint.accessPointArn, localMountPath: path, dependency: [volume.mountTargets] });
  }
}
