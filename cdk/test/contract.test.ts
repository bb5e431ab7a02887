// The template against the programs themselves: what `--help` says is what the template gives.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import {
  ADMIN_TOKEN_VARIABLE, HEALTHCHECK_SUBCOMMAND, READER_PORT, READER_PROGRAM, READER_USER, readerEnvironment, REFUSED_LOG,
  SSE_KEEP_ALIVE_SECONDS, STATUS_LOG, WALL_DIR, WRITER_USER, writerEnvironment,
} from "../lib/contract.ts";
import { readSettings } from "../lib/settings.ts";
import { emptyWall, firstLine, REPOSITORY, run, variables } from "./programs.ts";
import { runtimeApi } from "./runtime-api.ts";
import { only, synthesize } from "./synthesized.ts";

const exactly = (message: string) => new RegExp(`^${message}$`);

/** A change of the configuration, as EventBridge hands it to the function. */
const EVENT = {
  version: "0", id: "6a7e8feb-b491-4cf7-a9f1-bf3703467718", source: "messagewall", "detail-type": "Config Change Requested",
  account: "123456789012", time: "2026-11-23T18:00:00Z", region: "us-east-1", resources: [], detail: { patch: { title: "Seven" } },
};

describe("lambda-writer", () => {
  const everything = writerEnvironment(readSettings(() => undefined, {}));

  test("reads_every_variable_that_the_template_gives_it_and_no_other", (t) => {
    const ran = run(t, "lambda-writer", ["--help"]);
    if (ran === undefined) return;
    assert.equal(ran.status, 0, ran.output);
    assert.deepEqual([...variables(ran.output).keys()].sort(), Object.keys(everything).sort());
  });

  test("accepts_every_value_that_the_template_gives_it", (t) => {
    // Without what Lambda sets it tells all problems and ends, so that what it does not mention is right.
    const ran = run(t, "lambda-writer", [], everything);
    if (ran === undefined) return;
    assert.equal(ran.status, 64, ran.output);
    assert.match(ran.output, /AWS_LAMBDA_RUNTIME_API/);
    for (const name of Object.keys(everything)) assert.ok(!ran.output.includes(name), `${name}: ${ran.output}`);
  });

  test("logs_the_line_that_the_metric_is_made_of_when_it_refuses_an_event_for_good", async (t) => {
    const api = await runtimeApi(t, { ...EVENT, detail: { patch: { title: 7 } } });
    const line = await firstLine(t, "lambda-writer", exactly(REFUSED_LOG.message), { ...everything, ...api.environment, ...emptyWall(t) });
    if (line === undefined) return;
    const field = (path: string) => line[path.replace("$.", "")];
    assert.equal(field(REFUSED_LOG.messageField), REFUSED_LOG.message);
    assert.equal(field(REFUSED_LOG.errorField), "config_invalid");
    assert.match(String(field(REFUSED_LOG.detailField)), /title/);
    assert.match(String(field(REFUSED_LOG.fileField)), /^rejected\/\d{19}-[0-9A-Z]{26}\.json$/);
    assert.equal(line["level"], "ERROR");
  });

  test("takes_the_mounts_empty_directory_for_a_missing_volume_and_not_for_the_wall", async (t) => {
    const api = await runtimeApi(t, EVENT);
    const wall = emptyWall(t).WALL_DIR;
    const line = await firstLine(t, "lambda-writer", /^volume_missing: /, { ...everything, ...api.environment, WALL_DIR: wall });
    if (line !== undefined) assert.match(String(line["message"]), /is not a mount point$/);
  });

  test("expects_the_wall_where_it_is_mounted", (t) => {
    const ran = run(t, "lambda-writer", ["--help"]);
    if (ran !== undefined) assert.ok(ran.output.includes(`[default: ${WALL_DIR}]`), ran.output);
  });

  test("is_given_by_the_template_what_the_contract_says", () => {
    const { Environment, FileSystemConfigs } = only(synthesize().template, "AWS::Lambda::Function").Properties;
    assert.deepEqual(Environment.Variables, everything);
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

  test("says_something_on_an_open_stream_as_often_as_the_load_balancer_expects", () => {
    const source = readFileSync(join(REPOSITORY, "fargate-reader/src/routes/events/feed.rs"), "utf8");
    const [, seconds] = /^const KEEP_ALIVE: Duration = Duration::from_secs\((\d+)\);$/m.exec(source) ?? [];
    assert.equal(Number(seconds), SSE_KEEP_ALIVE_SECONDS);
  });

  test("has_the_subcommand_that_the_health_check_calls", (t) => {
    const ran = run(t, "fargate-reader", [HEALTHCHECK_SUBCOMMAND, "--help"]);
    if (ran !== undefined) assert.equal(ran.status, 0, ran.output);
  });

  test("logs_the_line_that_the_metrics_are_made_of", async (t) => {
    const line = await firstLine(t, "fargate-reader", exactly(STATUS_LOG.message), { ...everything, ...emptyWall(t), LISTEN: "127.0.0.1:0" });
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
