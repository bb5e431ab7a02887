// The two programs as assets. They are built when they are published, never at synth.
//
// `cdk synth` only takes the fingerprint of the sources. `cdk deploy` builds: assets/build-writer makes the zip of the
// function (by cargo-lambda or Docker), and docker/Dockerfile makes the image of the reader.
import { FileSystem, IgnoreMode, Stack } from "aws-cdk-lib";
import { Platform } from "aws-cdk-lib/aws-ecr-assets";
import * as ecs from "aws-cdk-lib/aws-ecs";
import * as lambda from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import { fileURLToPath } from "node:url";

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
const BUILD_WRITER = fileURLToPath(new URL("../assets/build-writer", import.meta.url));

/**
 * What CDK writes into an output folder. The folder may be anywhere, even the repository itself or a folder of sources, and
 * may be left there from an earlier synth. CDK copies the sources into it, and would copy the copy.
 */
const OUTPUT = ["cdk.out", "manifest.json", "tree.json", "validation-report.json", "*.metadata.json", "*.assets.json", "*.template.json",
  "asset.*", ".cache", "synth.lock", "read.*.lock"].map((name) => `**/${name}`);

/** Paths that are part of neither program, so that a change there causes no new build and no deployment. */
export const NOT_SOURCES = [
  ".git", ".github", ".ci", ".venv", ".messagewall", "cdk", "docs", "target", "tests/target", "**/node_modules", ...OUTPUT,
];

/** The zip of the function. */
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

/** Returns the image of the reader. */
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
