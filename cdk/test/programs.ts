// Runs the programs as the template runs them.
//
// They are those of MESSAGEWALL_BIN_DIR, else of the workspace's target/debug. Nothing is built here.
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { contract } from "../lib/contract.ts";

export const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
const BINARIES = process.env["MESSAGEWALL_BIN_DIR"] ?? join(REPOSITORY, "target", "debug");
const DEADLINE_MS = 20_000;

/** The end of a program: its exit code, and its output with every run of white space as one space. */
export interface Ran {
  readonly status: number | null;
  readonly output: string;
}

/** Returns the path of a program, or skips the test. */
function binary(t: TestContext, program: string): string | undefined {
  const path = join(BINARIES, program);
  if (existsSync(path)) return path;
  t.skip(`there is no ${path}: run cargo build -p lambda-writer -p lambda-inference -p fargate-reader, or set MESSAGEWALL_BIN_DIR`);
  return undefined;
}

/** Runs a program with exactly `environment`, until it exits. Returns undefined, and skips the test, if there is no such program. */
export function run(t: TestContext, program: string, args: string[], environment: Record<string, string> = {}): Ran | undefined {
  const path = binary(t, program);
  if (path === undefined) return undefined;
  const { status, stdout, stderr } = spawnSync(path, args, { env: environment, encoding: "utf8", timeout: DEADLINE_MS });
  return { status, output: `${stdout}\n${stderr}`.replace(/\s+/g, " ") };
}

/** Starts a program, waits for the first JSON line that `pattern` matches, ends the program, and returns the line. */
export async function firstLine(t: TestContext, program: string, pattern: RegExp, environment: Record<string, string>) {
  const path = binary(t, program);
  if (path === undefined) return undefined;
  const child = spawn(path, { env: environment, stdio: ["ignore", "ignore", "pipe"] });
  const limit = setTimeout(() => child.kill(), DEADLINE_MS);
  const lines: string[] = [];
  try {
    for await (const line of createInterface(child.stderr)) {
      lines.push(line);
      if (line.startsWith("{") && pattern.test(line)) return JSON.parse(line) as Record<string, unknown>;
    }
  } finally {
    clearTimeout(limit);
    child.kill();
  }
  return assert.fail(`no line that ${pattern} matches in:\n${lines.join("\n")}`);
}

/**
 * Starts a program, which ends with the test. With `ready`, a path, the program listens on a free port of 127.0.0.1, and
 * this waits until the path answers 200.
 */
export async function serve(t: TestContext, program: string, environment: Record<string, string>, ready?: string) {
  const path = binary(t, program);
  if (path === undefined) return undefined;
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(path, { env: { ...environment, [contract.environment.reader.listen]: address }, stdio: "ignore" });
  t.after(() => child.kill());
  const url = `http://${address}`;
  if (ready !== undefined) await answers(`${url}${ready}`, child);
  return { url };
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  for (const deadline = Date.now() + DEADLINE_MS; Date.now() < deadline; await new Promise((wait) => setTimeout(wait, 20))) {
    assert.equal(child.exitCode, null, "the program has ended");
    const response = await fetch(url).catch(() => undefined);
    await response?.body?.cancel();
    if (response?.status === 200) return;
  }
  assert.fail(`${url} did not answer 200 within ${DEADLINE_MS} ms`);
}

/** Returns a port of 127.0.0.1 on which nothing listens. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listens) => server.listen(0, "127.0.0.1", listens));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

/** Returns the variables for an empty wall, which is deleted with the test. Its directory is no mount point. */
export function emptyWall(t: TestContext): Record<string, string> {
  const wall = mkdtempSync(join(tmpdir(), "wall-"));
  t.after(() => rmSync(wall, { recursive: true }));
  const { wall_dir, require_mount } = contract.environment.both;
  return { [wall_dir]: wall, [require_mount]: "false" };
}

/** Returns the variables that a help text names, each with the text of its option. */
export function variables(help: string): Map<string, string> {
  const options = help.split(/ (?=--[a-z])/);
  return new Map(options.flatMap((option) => {
    const name = /\[env: ([A-Z_]+)[=\]]/.exec(option)?.[1];
    return name === undefined ? [] : [[name, option] as const];
  }));
}

/** Returns the length of a duration such as `24h` in seconds. */
export function seconds(duration: string): number {
  const [, number, unit = ""] = /^(\d+)([smhd])$/.exec(duration) ?? [];
  return Number(number) * ({ s: 1, m: 60, h: 3600, d: 86_400 }[unit] ?? NaN);
}
