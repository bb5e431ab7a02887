// Tests of the function, its API and its events.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { contract } from "../lib/contract.ts";
import { statementsOfRole, writerRole } from "./permissions.ts";
import { list, mentions, only, resources, synthesize, writerFunction } from "./synthesized.ts";

const routes = contract.routes.api;
const { template } = synthesize();
const [writerId, writer] = writerFunction(template);
const [queueId] = resources(template, "AWS::SQS::Queue")[0]!;

describe("function", () => {
  test("it_is_an_arm64_binary_on_provided_al2023_with_the_name_of_the_contract", () => {
    const { Architectures, Runtime, FunctionName, Handler } = writer.Properties;
    assert.deepEqual([Architectures, Runtime, FunctionName, Handler], [["arm64"], "provided.al2023", contract.functions.writer, "bootstrap"]);
  });

  test("it_depends_on_every_mount_target", () => {
    const targets = resources(template, "AWS::EFS::MountTarget").map(([id]) => id);
    assert.equal(targets.length, 2);
    for (const target of targets) assert.ok(writer.DependsOn?.includes(target), target);
  });

  test("it_can_use_twenty_environments_of_the_account_unless_the_setting_says_otherwise_and_zero_stops_it", () => {
    const reserved = (settings: Record<string, unknown>) =>
      writerFunction(synthesize(settings).template)[1].Properties["ReservedConcurrentExecutions"];
    assert.equal(reserved({}), 20);
    assert.equal(reserved({ reservedConcurrency: 50 }), 50);
    assert.equal(reserved({ reservedConcurrency: "none" }), undefined);
    assert.equal(reserved({ reservedConcurrency: 0 }), 0);
  });

  test("its_code_cannot_use_the_permissions_that_lambda_needs_to_connect_it", () => {
    const statements = statementsOfRole(template, writerRole(template));
    const everywhere = statements.filter(({ Effect, Resource }) => Effect === "Allow" && list(Resource).includes("*"));
    assert.equal(everywhere.length, 1);
    assert.ok(list(everywhere[0]!.Action).every((action) => /^ec2:.*(NetworkInterface|Subnets|PrivateIpAddresses)/.test(action)));
    const denied = statements.filter(({ Effect }) => Effect === "Deny");
    assert.deepEqual(denied.map(({ Action }) => Action), [everywhere[0]!.Action]);
    assert.ok(mentions(denied[0]!.Condition, "AWS::Partition") && JSON.stringify(denied[0]!.Condition).includes(`:function:${contract.functions.writer}`));
  });
});

describe("API", () => {
  test("every_route_is_signed_with_iam", () => {
    const signed = resources(template, "AWS::ApiGatewayV2::Route");
    assert.deepEqual(signed.map(([, { Properties }]) => Properties["RouteKey"]).sort(), [
      ...[routes.wall, routes.named_wall].map((path) => `ANY ${path}`), ...["GET", "POST"].map((method) => `${method} ${routes.inference}`),
    ]);
    for (const [id, { Properties }] of signed) assert.equal(Properties["AuthorizationType"], "AWS_IAM", id);
  });

  test("an_open_wall_has_open_routes_and_a_warning", () => {
    const open = synthesize({ openWall: true });
    for (const [id, { Properties }] of resources(open.template, "AWS::ApiGatewayV2::Route")) {
      assert.equal(Properties["AuthorizationType"], "NONE", id);
    }
    assert.match(open.template.toJSON().Outputs.Api.Description, /OPEN, anybody may write and delete/);
    const warnings = open.report.pluginReports.flatMap(({ violations }) => violations.map(({ ruleName }) => ruleName));
    assert.ok(warnings.includes("Annotation::MessageWall:OpenWall"), warnings.join());
  });

  test("its_stage_has_the_name_of_the_contract_a_log_and_a_rate_limit", () => {
    const stage = only(template, "AWS::ApiGatewayV2::Stage").Properties;
    assert.equal(stage["StageName"], routes.stage);
    assert.ok(stage["AccessLogSettings"].DestinationArn);
    assert.ok(stage["DefaultRouteSettings"].ThrottlingRateLimit > 0);
    const formats = resources(template, "AWS::ApiGatewayV2::Integration").map(([, { Properties }]) => Properties["PayloadFormatVersion"]);
    assert.deepEqual(formats, ["2.0", "2.0"]);
  });
});

describe("events", () => {
  const rules = resources(template, "AWS::Events::Rule");

  test("each_event_type_of_the_contract_has_a_rule_on_the_bus_of_the_stack", () => {
    const [bus] = resources(template, "AWS::Events::EventBus")[0]!;
    const patterns = rules.map(([, { Properties }]) => Properties["EventPattern"]);
    assert.deepEqual(patterns, contract.events.detail_types.map((type) => ({ source: [contract.events.source], "detail-type": [type] })));
    for (const [id, { Properties }] of rules) assert.ok(mentions(Properties["EventBusName"], bus), id);
  });

  test("undeliverable_events_go_to_the_dead_letter_queue", () => {
    for (const [id, { Properties }] of rules) {
      assert.ok(list<any>(Properties["Targets"]).length > 0, id);
      for (const target of list<any>(Properties["Targets"])) assert.ok(mentions(target.DeadLetterConfig, queueId), id);
    }
    const admitted = only(template, "AWS::SQS::QueuePolicy").Properties["PolicyDocument"].Statement
      .filter(({ Effect, Principal }: any) => Effect === "Allow" && Principal.Service === "events.amazonaws.com");
    assert.equal(admitted.length, rules.length, "each rule can send to the queue");
  });

  test("events_that_the_function_cannot_apply_go_to_the_dead_letter_queue", () => {
    const { DestinationConfig, MaximumRetryAttempts } = resources(template, "AWS::Lambda::EventInvokeConfig")
      .map(([, { Properties }]) => Properties).find(({ FunctionName }) => mentions(FunctionName, writerId))!;
    assert.ok(mentions(DestinationConfig?.OnFailure, queueId));
    assert.equal(MaximumRetryAttempts, 2);
    const maySend = statementsOfRole(template, writerRole(template)).filter((statement) =>
      list(statement.Action).includes("sqs:SendMessage") && mentions(statement.Resource, queueId)
    );
    assert.equal(maySend.length, 1, "the function can send to the queue");
  });

  test("a_queue_has_a_dead_letter_queue_or_is_one", () => {
    const deadLetter = JSON.stringify([
      rules.map(([, { Properties }]) => list<any>(Properties["Targets"]).map(({ DeadLetterConfig }) => DeadLetterConfig)),
      resources(template, "AWS::Lambda::EventInvokeConfig").map(([, { Properties }]) => Properties["DestinationConfig"]),
      resources(template, "AWS::SQS::Queue").map(([, { Properties }]) => Properties?.["RedrivePolicy"]),
    ]);
    for (const [id, { Properties }] of resources(template, "AWS::SQS::Queue")) {
      assert.ok(Properties["RedrivePolicy"] !== undefined || deadLetter.includes(`"${id}"`), id);
    }
  });
});
