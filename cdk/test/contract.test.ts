// The template against the programs themselves: what `--help` says is what the template gives.
//
// The binaries are those of MESSAGEWALL_BIN_DIR, else of the workspace's target/debug. Nothing is built here.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import {
  ADMIN_TOKEN_VARIABLE, HEALTHCHECK_SUBCOMMAND, READER_PORT, READER_PROGRAM, READER_USER, readerEnvironment, STATUS_LOG, WALL_DIR,
  WRITER_USER, writerEnvironment,
} from "../lib/contract.ts";
import { only, synthesize } from "./synthesized.ts";

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
const BINARIES = process.env["MESSAGEWALL_BIN_DIR"] ?? join(REPOSITORY, "target", "debug");

/** The path of a program, or nothing and a skipped test. */
function binary(t: TestContext, program: string): string | undefined {
  const path = join(BINARIES, program);
  if (existsSync(path)) return path;
  t.skip(`there is no ${program} to ask: cargo build -p lambda-writer -p fargate-reader, or set MESSAGEWALL_BIN_DIR`);
  return undefined;
}

/** Runs a program with nothing but `environment`, or skips the test when the program is not there. */
function run(t: TestContext, program: string, args: string[], environment: Record<string, string> = {}): Ran | undefined {
  const path = binary(t, program);
  if (path === undefined) return undefined;
  const { status, stdout, stderr } = spawnSync(path, args, { env: environment, encoding: "utf8", timeout: 20_000 });
  return { status, output: `${stdout}\n${stderr}`.replace(/\s+/g, " ") };
}

/** Starts a program on an empty wall, waits for the JSON line with this message in its log, and ends the program. */
async function firstLine(t: TestContext, program: string, message: string, environment: Record<string, string>) {
  const path = binary(t, program);
  if (path === undefined) return undefined;
  const wall = mkdtempSync(join(tmpdir(), "wall-"));
  const child = spawn(path, { env: { ...environment, WALL_DIR: wall }, stdio: ["ignore", "ignore", "pipe"] });
  const limit = setTimeout(() => child.kill(), 20_000);
  const lines: string[] = [];
  try {
    for await (const line of createInterface(child.stderr)) {
      lines.push(line);
      const parsed = line.startsWith("{") ? JSON.parse(line) : {};
      if (parsed[STATUS_LOG.messageField.replace("$.", "")] === message) return parsed as Record<string, unknown>;
    }
  } finally {
    clearTimeout(limit);
    child.kill();
    rmSync(wall, { recursive: true });
  }
  return assert.fail(`no line with "${message}" in:\n${lines.join("\n")}`);
}

interface Ran {
  readonly status: number | null;
  readonly output: string;
}

/** The variables that a program reads, with the help's text of each. */
function variables(help: string): Map<string, string> {
  const options = help.split(/ (?=--[a-z])/);
  return new Map(options.flatMap((option) => {
    const name = /\[env: ([A-Z_]+)[=\]]/.exec(option)?.[1];
    return name === undefined ? [] : [[name, option] as const];
  }));
}

describe("lambda-writer", () => {
  test("reads_every_variable_that_the_template_gives_it_and_no_other", (t) => {
    const ran = run(t, "lambda-writer", ["--help"]);
    if (ran === undefined) return;
    assert.equal(ran.status, 0, ran.output);
    assert.deepEqual([...variables(ran.output).keys()].sort(), Object.keys(writerEnvironment()).sort());
  });

  test("expects_the_wall_where_it_is_mounted", (t) => {
    const ran = run(t, "lambda-writer", ["--help"]);
    if (ran !== undefined) assert.ok(ran.output.includes(`[default: ${WALL_DIR}]`), ran.output);
  });

  test("is_given_by_the_template_what_the_contract_says", () => {
    const { Environment, FileSystemConfigs } = only(synthesize().template, "AWS::Lambda::Function").Properties;
    assert.deepEqual(Environment.Variables, writerEnvironment());
    assert.equal(FileSystemConfigs[0].LocalMountPath, Environment.Variables.WALL_DIR);
  });
});

describe("fargate-reader", () => {
  const everything = readerEnvironment({ writerFunction: "MessageWall", watchIntervalMs: 250 });

  test("reads_every_variable_that_the_template_gives_it_and_no_other", (t) => {
    const ran = run(t, "fargate-reader", ["--help"]);
    if (ran === undefined) return;
    assert.equal(ran.status, 0, ran.output);
    assert.deepEqual([...variables(ran.output).keys()].sort(), [...Object.keys(everything), ADMIN_TOKEN_VARIABLE].sort());
  });

  test("expects_the_wall_and_listens_where_the_template_says", (t) => {
    const ran = run(t, "fargate-reader", ["--help"]);
    if (ran === undefined) return;
    const read = variables(ran.output);
    assert.ok(read.get("WALL_DIR")?.includes(`[default: ${WALL_DIR}]`), read.get("WALL_DIR"));
    assert.ok(read.get("LISTEN")?.includes(`[default: 0.0.0.0:${READER_PORT}]`), read.get("LISTEN"));
  });

  test("accepts_every_value_that_the_template_gives_it", (t) => {
    // With one value spoilt it tells all problems and ends, so that what it does not mention is right.
    const ran = run(t, "fargate-reader", [], { ...everything, ADMIN_TOKEN: "a".repeat(40), WATCH_INTERVAL_MS: "often" });
    if (ran === undefined) return;
    assert.equal(ran.status, 64, ran.output);
    assert.match(ran.output, /watch-interval-ms|WATCH_INTERVAL_MS/);
    for (const name of Object.keys(everything).filter((name) => name !== "WATCH_INTERVAL_MS" && name !== "WATCH")) {
      assert.ok(!ran.output.includes(name), `${name}: ${ran.output}`);
    }
    assert.doesNotMatch(ran.output.replaceAll(/watch-interval-ms|WATCH_INTERVAL_MS/g, ""), /\bWATCH\b|--watch\b/, "WATCH=nfs");
  });

  test("has_the_subcommand_that_the_health_check_calls", (t) => {
    const ran = run(t, "fargate-reader", [HEALTHCHECK_SUBCOMMAND, "--help"]);
    if (ran !== undefined) assert.equal(ran.status, 0, ran.output);
  });

  test("logs_the_line_that_the_metrics_are_made_of", async (t) => {
    const line = await firstLine(t, "fargate-reader", STATUS_LOG.message, { ...everything, LISTEN: "127.0.0.1:0" });
    if (line === undefined) return;
    for (const [path, type] of [[STATUS_LOG.ageField, "number"], [STATUS_LOG.rejectedField, "boolean"]] as const) {
      assert.equal(typeof line[path.replace("$.", "")], type, path);
    }
  });

  test("is_given_by_the_template_what_the_contract_says", () => {
    const task = only(synthesize({ watchIntervalMs: 250 }).template, "AWS::ECS::TaskDefinition").Properties;
    const [container] = task["ContainerDefinitions"];
    const given = Object.fromEntries(container.Environment.map(({ Name, Value }: any) => [Name, Value]));
    assert.deepEqual({ ...given, WRITER_FUNCTION: "MessageWall" }, everything);
    assert.equal(container.MountPoints[0].ContainerPath, given.WALL_DIR);
    assert.equal(`0.0.0.0:${container.PortMappings[0].ContainerPort}`, given.LISTEN);
  });
});

describe("images", () => {
  const dockerfile = join(REPOSITORY, "docker", "Dockerfile");

  test("run_as_the_users_of_the_contract_and_start_the_program_that_the_health_check_calls", () => {
    const text = readFileSync(dockerfile, "utf8");
    assert.ok(text.includes(`${READER_USER.uid}:${READER_USER.gid}`), "the reader's user");
    assert.ok(text.includes(`${WRITER_USER.uid}:${WRITER_USER.gid}`), "the writer's user");
    assert.ok(text.includes(`"${READER_PROGRAM}"`), "the reader's program");
    assert.match(text, /^FROM .* AS reader$/im);
  });
});
