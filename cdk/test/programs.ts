// The two programs, run by the tests as the template runs them.
//
// They are those of MESSAGEWALL_BIN_DIR, else of the workspace's target/debug. Nothing is built here.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";

export const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
const BINARIES = process.env["MESSAGEWALL_BIN_DIR"] ?? join(REPOSITORY, "target", "debug");

/** The path of a program, or nothing and a skipped test. */
function binary(t: TestContext, program: string): string | undefined {
  const path = join(BINARIES, program);
  if (existsSync(path)) return path;
  t.skip(`there is no ${program} to ask: cargo build -p lambda-writer -p fargate-reader, or set MESSAGEWALL_BIN_DIR`);
  return undefined;
}

/** Runs a program with nothing but `environment`, or skips the test when the program is not there. */
export function run(t: TestContext, program: string, args: string[], environment: Record<string, string> = {}): Ran | undefined {
  const path = binary(t, program);
  if (path === undefined) return undefined;
  const { status, stdout, stderr } = spawnSync(path, args, { env: environment, encoding: "utf8", timeout: 20_000 });
  return { status, output: `${stdout}\n${stderr}`.replace(/\s+/g, " ") };
}

/** Starts a program, waits for the JSON line whose message this matches, and ends the program. */
export async function firstLine(t: TestContext, program: string, message: RegExp, environment: Record<string, string>) {
  const path = binary(t, program);
  if (path === undefined) return undefined;
  const child = spawn(path, { env: environment, stdio: ["ignore", "ignore", "pipe"] });
  const limit = setTimeout(() => child.kill(), 20_000);
  const lines: string[] = [];
  try {
    for await (const line of createInterface(child.stderr)) {
      lines.push(line);
      const parsed = line.startsWith("{") ? JSON.parse(line) : {};
      if (message.test(parsed.message ?? "")) return parsed as Record<string, unknown>;
    }
  } finally {
    clearTimeout(limit);
    child.kill();
  }
  return assert.fail(`no line that ${message} matches in:\n${lines.join("\n")}`);
}

/** An empty wall, which goes with the test. It is a directory and no mount point: `REQUIRE_MOUNT` has to be false on it. */
export function emptyWall(t: TestContext): { readonly WALL_DIR: string; readonly REQUIRE_MOUNT: string } {
  const wall = mkdtempSync(join(tmpdir(), "wall-"));
  t.after(() => rmSync(wall, { recursive: true }));
  return { WALL_DIR: wall, REQUIRE_MOUNT: "false" };
}

export interface Ran {
  readonly status: number | null;
  readonly output: string;
}

/** The variables that a program reads, with the help's text of each. */
export function variables(help: string): Map<string, string> {
  const options = help.split(/ (?=--[a-z])/);
  return new Map(options.flatMap((option) => {
    const name = /\[env: ([A-Z_]+)[=\]]/.exec(option)?.[1];
    return name === undefined ? [] : [[name, option] as const];
  }));
}
