// The two programs as assets. They are built when they are published, never at synth.
//
// `cdk synth` only takes the fingerprint of the sources. `cdk deploy` builds: assets/build-writer makes the zip of the
// function (by cargo-lambda or Docker), and docker/Dockerfile makes the image of the reader.
import { FileSystem, IgnoreMode, Stack, Stage } from "aws-cdk-lib";
import { Platform } from "aws-cdk-lib/aws-ecr-assets";
import * as ecs from "aws-cdk-lib/aws-ecs";
import * as lambda from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import { realpathSync } from "node:fs";
import { isAbsolute, relative } from "node:path";
import { fileURLToPath } from "node:url";

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
const BUILD_WRITER = fileURLToPath(new URL("../assets/build-writer", import.meta.url));

/** Paths that are part of neither program, so that a change there causes no new build and no deployment. */
const NOT_SOURCES = [".git", ".github", ".ci", ".venv", ".messagewall", "cdk", "docs", "target", "tests/target", "**/node_modules"];

/** The zip of the function. */
export class WriterCode extends lambda.Code {
  override bind(scope: Construct): lambda.CodeConfig {
    const { bucketName, objectKey } = Stack.of(scope).synthesizer.addFileAsset({
      displayName: "lambda-writer",
      sourceHash: FileSystem.fingerprint(REPOSITORY, { exclude: notSources(scope), ignoreMode: IgnoreMode.DOCKER }),
      executable: [BUILD_WRITER],
    });
    return { s3Location: { bucketName, objectKey } };
  }
}

/** Returns the image of the reader. */
export function readerImage(scope: Construct): ecs.ContainerImage {
  return ecs.ContainerImage.fromAsset(REPOSITORY, {
    assetName: "fargate-reader",
    file: "docker/Dockerfile",
    target: "reader",
    platform: Platform.LINUX_ARM64,
    exclude: notSources(scope),
    ignoreMode: IgnoreMode.DOCKER,
  });
}

/** Returns the paths to leave out, with the output folder: CDK copies the sources there, and would copy the copy. */
function notSources(scope: Construct): string[] {
  const output = relative(realpathSync(REPOSITORY), realpathSync(Stage.of(scope)!.outdir));
  const isInside = output !== "" && !output.startsWith("..") && !isAbsolute(output);
  return isInside ? [...NOT_SOURCES, output] : NOT_SOURCES;
}
