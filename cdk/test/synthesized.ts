// The template of the app, as `cdk synth` makes it.
import { Template } from "aws-cdk-lib/assertions";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { messageWall } from "../lib/app.ts";
import { HTTPS } from "./variants.ts";

/** The content of cdk.json, whose context the CLI gives to every synthesis. */
export const CDK_JSON = JSON.parse(readFileSync(new URL("../cdk.json", import.meta.url), "utf8"));

/** A resource of the template. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, any>;
  readonly DependsOn?: readonly string[];
}

/** One synthesis of the app. */
export interface Synthesized {
  readonly template: Template;
  readonly report: Report;
  /** What the stack opens to the world, in words. */
  readonly open: string;
  /** The assets that `cdk deploy` builds and publishes. */
  readonly assets: { readonly files: Record<string, any>; readonly dockerImages: Record<string, any> };
}

interface Report {
  readonly pluginReports: readonly {
    readonly pluginName: string;
    readonly conclusion: string;
    readonly violations: readonly { readonly ruleName: string; readonly severity?: string }[];
  }[];
}

const done = new Map<string, Synthesized>();

/**
 * Synthesizes the app with the feature flags of cdk.json, `settings` as context, and no environment. Without `plainHttp` or
 * `certificateArn` the page is by HTTPS. Caches the result.
 */
export function synthesize(settings: Record<string, unknown> = {}): Synthesized {
  const key = JSON.stringify(settings);
  const before = done.get(key);
  if (before !== undefined) return before;
  const now = synthesizeAgain(settings);
  done.set(key, now);
  return now;
}

/** Synthesizes without the cache, into `outdir` or a temporary folder. */
export function synthesizeAgain(settings: Record<string, unknown> = {}, outdir?: string): Synthesized {
  const { app, stack, open } = messageWall({}, { context: context(settings), outdir });
  const template = Template.fromStack(stack);
  const { directory } = app.synth();
  return { template, open, report: json(directory, "validation-report.json"), assets: json(directory, `${stack.stackName}.assets.json`) };
}

/** Returns the context of a synthesis with `settings`. */
export function context(settings: Record<string, unknown> = {}): Record<string, unknown> {
  const page = "plainHttp" in settings || "certificateArn" in settings ? {} : HTTPS;
  return { ...CDK_JSON.context, ...page, ...settings };
}

function json(directory: string, file: string): any {
  return JSON.parse(readFileSync(join(directory, file), "utf8"));
}

/** Returns all resources of a type, with their logical ids. */
export function resources(template: Template, type: string): [string, Resource][] {
  return Object.entries(template.findResources(type)) as [string, Resource][];
}

/** Returns the only resource of a type. */
export function only(template: Template, type: string): Resource {
  const found = resources(template, type);
  if (found.length !== 1) throw new Error(`expected one ${type}, found ${found.length}`);
  return found[0]![1];
}

/** Returns the logical id and the resource of the function that writes the wall. */
export function writerFunction(template: Template): [string, Resource] {
  return functionOf(template, "Writer");
}

/** Returns the logical id and the resource of the function that classifies pictures. */
export function inferenceFunction(template: Template): [string, Resource] {
  return functionOf(template, "Inference");
}

function functionOf(template: Template, construct: string): [string, Resource] {
  const found = resources(template, "AWS::Lambda::Function").filter(([id]) => id.startsWith(construct));
  if (found.length !== 1) throw new Error(`expected one function of ${construct}, found ${found.length}`);
  return found[0]!;
}

/** Returns true if `value` contains the logical id anywhere, in a Ref, GetAtt or Sub. */
export function mentions(value: unknown, logicalId: string): boolean {
  return JSON.stringify(value ?? null).includes(`"${logicalId}"`);
}

/** Returns a value, or several, as an array. */
export function list<T>(value: T | T[] | undefined): T[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}
