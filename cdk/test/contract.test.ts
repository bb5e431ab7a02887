// Compares contract.json with the programs, and the template with contract.json.
//
// A test that runs a program is skipped where the program is not built. A wrong value in contract.json fails here.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { contract, inferenceEnvironment, readerEnvironment, writerEnvironment } from "../lib/contract.ts";
import { readSettings } from "../lib/read-settings.ts";
import { emptyWall, firstLine, freePort, REPOSITORY, run, seconds, serve, variables } from "./programs.ts";
import { runtimeApi } from "./runtime-api.ts";
import { inferenceFunction, only, synthesize, writerFunction } from "./synthesized.ts";
import { FOLLOWERS, ORIGIN } from "./variants.ts";

const { environment, events, logs, paths, ports, routes, times, watchers } = contract;
const exactly = (message: string) => new RegExp(`"${logs.message_field}":"${message}"`);

/** Returns an event of EventBridge. By default its detail has an unknown field, so the function refuses it for good. */
function event(detailType: string, detail: unknown = { colour: "red" }) {
  return {
    version: "0", id: "6a7e8feb-b491-4cf7-a9f1-bf3703467718", source: events.source, "detail-type": detailType,
    account: "123456789012", time: "2026-11-23T18:00:00Z", region: "us-east-1", resources: [], detail,
  };
}

/** A request of the HTTP API, in payload format 2.0, that clears a named wall. */
const CLEAR_NAMED_WALL = {
  version: "2.0", routeKey: `ANY ${routes.api.named_wall}`, rawPath: `/${routes.api.stage}${routes.api.wall}/lobby`, rawQueryString: "",
  headers: { accept: "application/json" }, pathParameters: { [routes.api.wall_parameter]: "lobby" }, isBase64Encoded: false,
  requestContext: {
    accountId: "123456789012", apiId: "1a2b3c4d5e", domainName: "localhost", domainPrefix: "localhost", requestId: "JKJaXmPLvHcESHA=",
    routeKey: `ANY ${routes.api.named_wall}`, stage: routes.api.stage, time: "23/Nov/2026:18:00:00 +0000", timeEpoch: 1795456800000,
    http: { method: "DELETE", path: "/lobby", protocol: "HTTP/1.1", sourceIp: "127.0.0.1", userAgent: "test" },
  },
};

describe("lambda-writer", () => {
  const given = writerEnvironment(readSettings(() => undefined, {}));

  test("reads_the_variables_of_the_contract_and_no_others", (t) => {
    const ran = run(t, "lambda-writer", ["--help"]);
    if (ran === undefined) return;
    assert.equal(ran.status, 0, ran.output);
    const expected = [...Object.values(environment.both), ...Object.values(environment.writer)];
    assert.deepEqual([...variables(ran.output).keys()].sort(), expected.sort());
  });

  test("has_the_defaults_of_the_contract", (t) => {
    const ran = run(t, "lambda-writer", ["--help"]);
    if (ran === undefined) return;
    const help = variables(ran.output);
    assert.ok(help.get(environment.both.wall_dir)?.includes(`[default: ${paths.wall_dir}]`), ran.output);
    const window = /\[default: (\w+)\]/.exec(help.get(environment.writer.retry_window) ?? "")?.[1] ?? "";
    assert.equal(seconds(window), times.retry_window_s, ran.output);
  });

  test("accepts_the_values_of_the_template", (t) => {
    // Without the variables that Lambda sets it reports every fault and exits: a variable that is not mentioned is right.
    const telling = writerEnvironment(readSettings((name) => new Map(Object.entries(FOLLOWERS)).get(name), {}));
    for (const values of [given, telling]) {
      const ran = run(t, "lambda-writer", [], values);
      if (ran === undefined) return;
      assert.equal(ran.status, 64, ran.output);
      assert.match(ran.output, /AWS_LAMBDA_RUNTIME_API/);
      for (const name of Object.keys(values)) assert.ok(!ran.output.includes(name), `${name}: ${ran.output}`);
    }
  });

  test("accepts_the_longest_retry_window_of_the_contract_and_refuses_a_longer_one", (t) => {
    const faults = (window: number) => run(t, "lambda-writer", [], { ...given, [environment.writer.retry_window]: `${window}s` });
    const [longest, longer] = [faults(times.retry_window_max_s), faults(times.retry_window_max_s + 1)];
    if (longest === undefined || longer === undefined) return;
    assert.doesNotMatch(longest.output, /retry.window/i);
    assert.equal(longer.status, 64);
    assert.match(longer.output, /retry.window/i);
  });

  for (const detailType of events.detail_types) {
    test(`knows_the_event_${detailType.replaceAll(" ", "_")}`, async (t) => {
      const api = await runtimeApi(t, event(detailType));
      const line = await firstLine(t, "lambda-writer", exactly(logs.event_refused.message), { ...given, ...api.environment, ...emptyWall(t) });
      if (line !== undefined) assert.equal(line[logs.event_refused.error_field], "detail_invalid", String(line[logs.event_refused.detail_field]));
    });
  }

  test("logs_the_line_that_the_metric_counts_when_it_refuses_an_event_for_good", async (t) => {
    const api = await runtimeApi(t, event("Config Change Requested", { patch: { title: 7 } }));
    const line = await firstLine(t, "lambda-writer", exactly(logs.event_refused.message), { ...given, ...api.environment, ...emptyWall(t) });
    if (line === undefined) return;
    const { message, error_field, detail_field, file_field } = logs.event_refused;
    assert.equal(line[logs.message_field], message);
    assert.equal(line[error_field], "config_invalid");
    assert.match(String(line[detail_field]), /title/);
    assert.match(String(line[file_field]), new RegExp(`^${paths.files.rejected}/\\d{19}-[0-9A-Z]{26}\\.json$`));
    assert.equal(line["level"], "ERROR");
  });

  test("refuses_to_clear_a_named_wall_by_the_path_parameter_of_the_contract", async (t) => {
    const api = await runtimeApi(t, CLEAR_NAMED_WALL);
    const ran = await serve(t, "lambda-writer", { ...given, ...api.environment, ...emptyWall(t) });
    if (ran === undefined) return;
    const answer = await api.answer as { statusCode: number; body: string };
    assert.equal(answer.statusCode, 404, JSON.stringify(answer));
    assert.match(answer.body, /wall_unknown/);
  });

  test("has_a_route_with_the_path_parameter_of_the_contract", () => {
    assert.equal(routes.api.named_wall, `${routes.api.wall}/{${routes.api.wall_parameter}}`);
  });

  test("reports_a_missing_volume_where_the_directory_is_no_mount_point", async (t) => {
    const api = await runtimeApi(t, event("Message Posted", { text: "Hello" }));
    const wall = emptyWall(t)[environment.both.wall_dir]!;
    const line = await firstLine(t, "lambda-writer", /volume_missing.*is not a mount point/, {
      ...given, ...api.environment, [environment.both.wall_dir]: wall,
    });
    if (line !== undefined) assert.equal(line["level"], "ERROR");
  });

  test("gets_from_the_template_what_the_contract_says", () => {
    const { Environment, FileSystemConfigs, FunctionName, Timeout } = writerFunction(synthesize().template)[1].Properties;
    assert.deepEqual(Environment.Variables, given);
    assert.equal(FileSystemConfigs[0].LocalMountPath, paths.wall_dir);
    assert.deepEqual([FunctionName, Timeout], [contract.functions.writer, times.function_timeout_s]);
  });
});

describe("lambda-inference", () => {
  const given = inferenceEnvironment({});
  const { models_dir, uploads_dir, fetch_allow } = environment.inference;

  test("reads_the_variables_of_the_contract_and_no_others", (t) => {
    const ran = run(t, "lambda-inference", ["--help"]);
    if (ran === undefined) return;
    assert.equal(ran.status, 0, ran.output);
    assert.deepEqual([...variables(ran.output).keys()].sort(), Object.values(environment.inference).sort());
  });

  test("has_the_defaults_of_the_contract", (t) => {
    const ran = run(t, "lambda-inference", ["--help"]);
    if (ran === undefined) return;
    for (const name of [models_dir, uploads_dir]) {
      assert.ok(variables(ran.output).get(name)?.includes(`[default: ${given[name]}]`), ran.output);
    }
  });

  test("accepts_the_values_of_the_template", (t) => {
    for (const values of [given, inferenceEnvironment({ inferenceFetchAllow: "*.example.com, 10.0.0.5:8080" })]) {
      const ran = run(t, "lambda-inference", [], values);
      if (ran === undefined) return;
      assert.equal(ran.status, 64, ran.output);
      assert.match(ran.output, /AWS_LAMBDA_RUNTIME_API/);
      assert.doesNotMatch(ran.output, /fetch.allow/i);
    }
  });

  test("fetches_nothing_unless_a_host_is_allowed", async (t) => {
    const answer = await ask(t, { url: "https://192.0.2.1/picture.jpg" });
    if (answer !== undefined) assert.deepEqual([answer["error"], answer["status"]], ["url_forbidden", 403]);
  });

  test("logs_the_line_that_the_metric_counts_when_a_model_cannot_be_loaded", async (t) => {
    const api = await runtimeApi(t, { file: "cat.jpg" });
    const models = mkdtempSync(join(tmpdir(), "models-"));
    t.after(() => rmSync(models, { recursive: true }));
    mkdirSync(join(models, "broken"));
    writeFileSync(join(models, "current"), "broken");
    const { message, error_field } = logs.model_not_loaded;
    const line = await firstLine(t, "lambda-inference", exactly(message), { ...given, ...api.environment, [models_dir]: models });
    if (line === undefined) return;
    assert.equal(line[logs.message_field], message);
    assert.match(String(line[error_field]), /broken/);
    assert.equal(line["level"], "ERROR");
  });

  test("gets_from_the_template_what_the_contract_says", () => {
    const { Environment, FileSystemConfigs, FunctionName, MemorySize, Timeout } = inferenceFunction(synthesize().template)[1].Properties;
    assert.deepEqual(Environment.Variables, given);
    assert.equal(FileSystemConfigs[0].LocalMountPath, paths.inference_dir);
    assert.deepEqual([FunctionName, Timeout], [contract.functions.inference, times.inference_timeout_s]);
    assert.equal(MemorySize, contract.limits.inference_memory_mb);
    assert.equal(Environment.Variables[fetch_allow], "");
  });

  /** Returns the reply to one event, or undefined if the program is not built. */
  async function ask(t: TestContext, event: unknown): Promise<Record<string, unknown> | undefined> {
    const api = await runtimeApi(t, event);
    const ran = await serve(t, "lambda-inference", { ...given, ...api.environment });
    return ran === undefined ? undefined : await api.answer as Record<string, unknown>;
  }
});

describe("fargate-reader", () => {
  const given = readerEnvironment({
    name: "messagewall",
    writerFunction: contract.functions.writer,
    inferenceFunction: contract.functions.inference,
    uploadsDir: paths.uploads_dir,
    watchIntervalMs: times.watch_interval_ms,
    posters: "token",
    tokensSecret: "admin=arn:aws:secretsmanager:eu-west-1:123456789012:secret:a,poster=arn:aws:secretsmanager:eu-west-1:123456789012:secret:b",
    publicOrigin: ORIGIN,
  });
  const { admin_token, inference_function, listen, poster_token, tokens_secret, watch, watch_interval_ms, writer_function } = environment.reader;
  // No test reaches Secrets Manager.
  const { [tokens_secret]: _secrets, ...rest } = given;
  const local = { ...rest, [admin_token]: "a".repeat(40), [poster_token]: "b".repeat(40) };

  test("reads_the_variables_of_the_contract_and_no_others", (t) => {
    const ran = run(t, "fargate-reader", ["--help"]);
    if (ran === undefined) return;
    assert.equal(ran.status, 0, ran.output);
    const expected = [...Object.values(environment.both), ...Object.values(environment.reader)];
    assert.deepEqual([...variables(ran.output).keys()].sort(), expected.sort());
  });

  test("has_the_defaults_of_the_contract", (t) => {
    const ran = run(t, "fargate-reader", ["--help"]);
    if (ran === undefined) return;
    const help = variables(ran.output);
    const defaults = {
      [environment.both.wall_dir]: paths.wall_dir,
      [listen]: `0.0.0.0:${ports.reader}`,
      [watch]: watchers.automatic,
      [watch_interval_ms]: String(times.watch_interval_ms),
    };
    for (const [name, value] of Object.entries(defaults)) assert.ok(help.get(name)?.includes(`[default: ${value}]`), help.get(name));
  });

  test("accepts_the_values_of_the_template", (t) => {
    // One wrong value makes it report the faults and exit: a variable that is not mentioned is right.
    const ran = run(t, "fargate-reader", [], { ...given, [watch_interval_ms]: "often" });
    if (ran === undefined) return;
    assert.equal(ran.status, 64, ran.output);
    assert.match(ran.output, /watch-interval-ms|WATCH_INTERVAL_MS/);
    for (const name of Object.keys(given).filter((name) => name !== watch_interval_ms && name !== watch)) {
      assert.ok(!ran.output.includes(name), `${name}: ${ran.output}`);
    }
    assert.doesNotMatch(ran.output.replaceAll(/watch-interval-ms|WATCH_INTERVAL_MS/g, ""), /\bWATCH\b|--watch\b/, "WATCH=nfs");
  });

  test("accepts_the_watchers_and_intervals_of_the_contract_and_refuses_others", (t) => {
    const faults = (changed: Record<string, string>) => run(t, "fargate-reader", [], { ...given, [listen]: "nowhere", ...changed });
    for (const watcher of Object.values(watchers)) {
      const ran = faults({ [watch]: watcher });
      if (ran === undefined) return;
      assert.doesNotMatch(ran.output, /--watch\b|\bWATCH\b/, watcher);
    }
    const alone = (changed: Record<string, string>) => run(t, "fargate-reader", [], { ...given, ...changed })!;
    for (const interval of [times.watch_interval_min_ms, times.watch_interval_max_ms]) {
      assert.doesNotMatch(faults({ [watch_interval_ms]: String(interval) })!.output, /watch.interval/i, String(interval));
    }
    for (const interval of [times.watch_interval_min_ms - 1, times.watch_interval_max_ms + 1]) {
      assert.match(alone({ [watch_interval_ms]: String(interval) }).output, /watch.interval/i, String(interval));
    }
  });

  test("sends_a_keep_alive_as_often_as_the_contract_says", () => {
    const sources = join(REPOSITORY, "fargate-reader", "src");
    const constants = readdirSync(sources, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".rs"))
      .flatMap((file) => [...readFileSync(join(sources, file), "utf8").matchAll(/const KEEP_ALIVE: Duration = Duration::from_secs\((\d+)\);/g)]);
    assert.deepEqual(constants.map(([, duration]) => Number(duration)), [times.keep_alive_s]);
  });

  test("has_the_subcommand_that_the_health_check_calls", (t) => {
    const ran = run(t, "fargate-reader", [contract.commands.healthcheck, "--help"]);
    if (ran !== undefined) assert.equal(ran.status, 0, ran.output);
  });

  test("logs_the_line_that_the_metrics_read", async (t) => {
    const { age_field, message, rejected_field } = logs.reader_status;
    const line = await firstLine(t, "fargate-reader", exactly(message), { ...local, ...emptyWall(t), [listen]: "127.0.0.1:0" });
    if (line === undefined) return;
    for (const [field, type] of [[age_field, "number"], [rejected_field, "boolean"]] as const) assert.equal(typeof line[field], type, field);
  });

  test("logs_the_line_that_the_metric_counts_when_it_refuses_a_token", async (t) => {
    const address = `127.0.0.1:${await freePort()}`;
    const guess = () => fetch(`http://${address}${routes.reader.config_rollback}`, {
      method: "POST", headers: { "authorization": "Bearer guessed", "content-type": "application/json" }, body: '{"generation": 0}',
    }).then((response) => response.body?.cancel(), () => undefined);
    const guesses = setInterval(guess, 100);
    t.after(() => clearInterval(guesses));
    const { message } = logs.token_refused;
    const line = await firstLine(t, "fargate-reader", exactly(message), { ...local, ...emptyWall(t), [listen]: address });
    if (line !== undefined) assert.equal(line[logs.message_field], message);
  });

  test("serves_the_routes_of_the_contract", async (t) => {
    const reader = await serve(t, "fargate-reader", { ...local, ...emptyWall(t) }, routes.reader.ready);
    if (reader === undefined) return;
    const status = async (route: string) => {
      const response = await fetch(`${reader.url}${route.replace("{id}", "01K").replace("{name}", "lobby").replace("{*path}", "wall.css")}`);
      await response.body?.cancel();
      return response.status;
    };
    // These take other methods only; the named page has no wall to show yet.
    const { message, messages_restore, config_rollback, named_page, config_diff, pictures, picture, logout, metrics, ...read } = routes.reader;
    for (const route of Object.values(read)) assert.equal(await status(route), 200, route);
    for (const route of [message, messages_restore, config_rollback, pictures, logout]) assert.equal(await status(route), 405, route);
    // At this port only for an administrator.
    assert.equal(await status(metrics), 401);
    for (const route of [named_page, picture]) assert.equal(await status(route), 404, route);
    assert.equal(await status(`${config_diff}?from=0&to=0`), 200);
  });

  test("gets_from_the_template_what_the_contract_says", () => {
    const task = only(synthesize({ watchIntervalMs: times.watch_interval_ms }).template, "AWS::ECS::TaskDefinition").Properties;
    const [container] = task["ContainerDefinitions"];
    const environment = Object.fromEntries(container.Environment.map(({ Name, Value }: any) => [Name, Value]));
    const { writer, inference } = contract.functions;
    const named = { [writer_function]: writer, [inference_function]: inference, [tokens_secret]: given[tokens_secret] };
    assert.deepEqual({ ...environment, ...named }, given);
    assert.deepEqual(container.MountPoints.map(({ ContainerPath }: any) => ContainerPath), [paths.wall_dir, paths.uploads_dir]);
    assert.equal(`0.0.0.0:${container.PortMappings[0].ContainerPort}`, environment[listen]);
  });
});
