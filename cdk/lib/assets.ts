// The programs as assets. They are built when they are published, never at synth.
//
// `cdk synth` only takes the fingerprint of the sources. `cdk deploy` builds: assets/build-function makes the zip of
// a function (by cargo-lambda or Docker), and docker/Dockerfile makes the image of the reader.
import { FileSystem, IgnoreMode, Stack } from "aws-cdk-lib";
import { Platform } from "aws-cdk-lib/aws-ecr-assets";
import * as ecs from "aws-cdk-lib/aws-ecs";
import * as lambda from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import { fileURLToPath } from "node:url";

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
const BUILD_FUNCTION = fileURLToPath(new URL("../assets/build-function", import.meta.url));

/**
 * What CDK writes into an output folder. The folder may be anywhere, even the repository itself or a folder of sources, and
 * may be left there from an earlier synth. CDK copies the sources into it, and would copy the copy.
 */
const OUTPUT = ["cdk.out", "manifest.json", "tree.json", "validation-report.json", "*.metadata.json", "*.assets.json", "*.template.json",
  "asset.*", ".cache", "synth.lock", "read.*.lock"].map((name) => `**/${name}`);

/** Paths that are part of no program, so that a change there causes no new build and no deployment. */
export const NOT_SOURCES = [
  ".git", ".github", ".ci", ".venv", ".messagewall", "cdk", "docs", "target", "tests/target", "**/node_modules", ...OUTPUT,
];

/** The zip of a function. */
export class FunctionCode extends lambda.Code {
  constructor(private readonly program: "lambda-writer" | "lambda-inference") {
    super();
  }

  override bind(scope: Construct): lambda.CodeConfig {
    const { bucketName, objectKey } = Stack.of(scope).synthesizer.addFileAsset({
      displayName: this.program,
      // Both programs have the same sources, and each has a zip of its own.
      sourceHash: FileSystem.fingerprint(REPOSITORY, { exclude: NOT_SOURCES, ignoreMode: IgnoreMode.DOCKER, extraHash: this.program }),
      executable: [BUILD_FUNCTION, this.program],
    });
    return { s3Location: { bucketName, objectKey } };
  }
}

/** Returns the image of the reader. */
export function readerImage(): ecs.ContainerImage {
  return image("fargate-reader", "reader");
}

/** Returns the image of the sidecar. */
export function followImage(): ecs.ContainerImage {
  return image("follow", "follow");
}

function image(assetName: string, target: string): ecs.ContainerImage {
  return ecs.ContainerImage.fromAsset(REPOSITORY, {
    assetName,
    file: "docker/Dockerfile",
    target,
    platform: Platform.LINUX_ARM64,
    exclude: NOT_SOURCES,
    ignoreMode: IgnoreMode.DOCKER,
  });
}
