// The two programs, built when they are published and never at synth.
//
// `cdk synth` only takes the fingerprint of the sources. `cdk deploy` builds: the function's zip by
// assets/build-writer (cargo-lambda, or Docker), the reader's image by docker/Dockerfile.
import { FileSystem, IgnoreMode, Stack } from "aws-cdk-lib";
import { Platform } from "aws-cdk-lib/aws-ecr-assets";
import * as ecs from "aws-cdk-lib/aws-ecs";
import * as lambda from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import { fileURLToPath } from "node:url";

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
const BUILD_WRITER = fileURLToPath(new URL("../assets/build-writer", import.meta.url));

/** What neither program is made of: a change there is no reason to build or to deploy again. */
const NOT_SOURCES = [".git", ".github", ".ci", ".venv", ".messagewall", "cdk", "docs", "target", "tests/target", "**/node_modules"];

/** The function's zip. */
export class WriterCode extends lambda.Code {
  override bind(scope: Construct): lambda.CodeConfig {
    const { bucketName, objectKey } = Stack.of(scope).synthesizer.addFileAsset({
      displayName: "lambda-writer",
      sourceHash: FileSystem.fingerprint(REPOSITORY, { exclude: NOT_SOURCES, ignoreMode: IgnoreMode.DOCKER }),
      executable: [BUILD_WRITER],
    });
    return { s3Location: { bucketName, objectKey } };
  }
}

/** The reader's image. */
export function readerImage(): ecs.ContainerImage {
  return ecs.ContainerImage.fromAsset(REPOSITORY, {
    assetName: "fargate-reader",
    file: "docker/Dockerfile",
    target: "reader",
    platform: Platform.LINUX_ARM64,
    exclude: NOT_SOURCES,
    ignoreMode: IgnoreMode.DOCKER,
  });
}
