// Tests of the function that classifies pictures, and of its absence. shared-volume.test.ts has those of its access point.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Template } from "aws-cdk-lib/assertions";
import { contract, logField } from "../lib/contract.ts";
import { inferenceRole, pointsTo, statementsOfRole, taskRole } from "./permissions.ts";
import { inferenceFunction, list, mentions, only, resources, synthesize, writerFunction } from "./synthesized.ts";

const { template } = synthesize();
const [functionId, inference] = inferenceFunction(template);
const [writerId] = writerFunction(template);
const provisioned = synthesize({ inferenceProvisionedConcurrency: 3 }).template;
const alarms = Object.fromEntries(
  resources(template, "AWS::CloudWatch::Alarm").map(([, { Properties }]) => [Properties["AlarmName"].split("-")[1], Properties]),
);

/** Returns the handling of the asynchronous invocations of the function, by the version, or by `alias`. */
function results(from: Template): Record<string, any> {
  const [id] = inferenceFunction(from);
  const found = resources(from, "AWS::Lambda::EventInvokeConfig").map(([, { Properties }]) => Properties)
    .filter(({ FunctionName }) => mentions(FunctionName, id));
  return Object.fromEntries(found.map((config) => [typeof config["Qualifier"] === "string" ? config["Qualifier"] : "alias", config]));
}

/** Returns the statements of a role that allow it to invoke a function. */
function invoking(from: Template, role: string) {
  return statementsOfRole(from, role).filter(({ Action }) => list(Action).includes("lambda:InvokeFunction"));
}

describe("function", () => {
  test("it_is_an_arm64_binary_with_the_name_memory_and_timeout_of_the_contract", () => {
    const { Architectures, Runtime, FunctionName, MemorySize, Timeout } = inference.Properties;
    assert.deepEqual([Architectures, Runtime], [["arm64"], "provided.al2023"]);
    assert.deepEqual([FunctionName, MemorySize, Timeout], ["MessageWallInference", 3008, 60]);
  });

  test("it_depends_on_every_mount_target_and_mounts_one_access_point", () => {
    for (const [target] of resources(template, "AWS::EFS::MountTarget")) assert.ok(inference.DependsOn?.includes(target), target);
    assert.equal(inference.Properties["FileSystemConfigs"].length, 1);
  });

  test("its_role_can_log_read_pass_results_on_and_connect_and_nothing_else", () => {
    const statements = statementsOfRole(template, inferenceRole(template));
    const may = statements.filter(({ Effect }) => Effect === "Allow").map(({ Action }) => list(Action));
    const interfaces = may.find((actions) => actions[0]!.startsWith("ec2:"))!;
    assert.deepEqual(may, [
      ["logs:CreateLogStream", "logs:PutLogEvents"], interfaces, ["elasticfilesystem:ClientMount"], ["lambda:InvokeFunction"],
    ]);
    const everywhere = statements.filter(({ Resource }) => list(Resource).includes("*"));
    assert.deepEqual(everywhere.map(({ Effect, Action }) => [Effect, Action]), [["Allow", interfaces], ["Deny", interfaces]]);
    assert.ok(JSON.stringify(everywhere[1]!.Condition).includes(`:function:${contract.functions.inference}"`));
    const rest = statements.filter(({ Resource }) => !list(Resource).includes("*"));
    assert.ok(!JSON.stringify(rest.map(({ Resource }) => Resource)).includes("*"), "no wildcard");
  });

  test("it_can_invoke_exactly_the_function_that_writes_the_wall", () => {
    assert.deepEqual(invoking(template, inferenceRole(template)).map(({ Resource }) => Resource), [{ "Fn::GetAtt": [writerId, "Arn"] }]);
  });

  test("its_results_good_and_bad_go_to_the_function_that_writes_the_wall_after_two_retries", () => {
    const { $LATEST: config, ...others } = results(template);
    assert.deepEqual(others, {});
    const { OnSuccess, OnFailure } = config.DestinationConfig;
    assert.deepEqual([OnSuccess.Destination, OnFailure.Destination], Array(2).fill({ "Fn::GetAtt": [writerId, "Arn"] }));
    assert.deepEqual([config.MaximumRetryAttempts, config.MaximumEventAgeInSeconds], [2, 3600]);
  });

  test("it_can_use_five_environments_of_the_account_unless_the_setting_says_otherwise_and_zero_stops_it", () => {
    const reserved = (settings: Record<string, unknown>) =>
      inferenceFunction(synthesize(settings).template)[1].Properties["ReservedConcurrentExecutions"];
    const settings = [{}, { inferenceReservedConcurrency: 7 }, { inferenceReservedConcurrency: 0 }, { inferenceReservedConcurrency: "none" }];
    assert.deepEqual(settings.map(reserved), [5, 7, 0, undefined]);
  });

  test("it_reaches_the_file_system_only_unless_pictures_may_be_fetched", () => {
    const rules = (from: Template) => {
      const [group] = inferenceFunction(from)[1].Properties["VpcConfig"].SecurityGroupIds;
      const inline = list<any>(from.findResources("AWS::EC2::SecurityGroup")[pointsTo(group)]!["Properties"].SecurityGroupEgress);
      const toGroups = resources(from, "AWS::EC2::SecurityGroupEgress").filter(([, { Properties }]) => mentions(Properties["GroupId"], pointsTo(group)));
      return [inline.map(({ CidrIp, FromPort }) => [CidrIp, FromPort]), toGroups.map(([, { Properties }]) => Properties["FromPort"])];
    };
    assert.deepEqual(rules(template), [[["127.0.0.1/32", undefined]], [2049]]);
    assert.deepEqual(rules(synthesize({ natGateways: 1 }).template), [[["127.0.0.1/32", undefined]], [2049]]);
    const fetching = synthesize({ natGateways: 1, inferenceFetchAllow: "*.example.com" }).template;
    assert.deepEqual(rules(fetching), [[["127.0.0.1/32", undefined], ["0.0.0.0/0", 443]], [2049]]);
    const allowed = (from: Template) => inferenceFunction(from)[1].Properties["Environment"].Variables[contract.environment.inference.fetch_allow];
    assert.deepEqual([allowed(template), allowed(fetching)], ["", "*.example.com"]);
  });
});

describe("provisioned concurrency", () => {
  const [aliasId, { Properties: alias }] = resources(provisioned, "AWS::Lambda::Alias")[0]!;

  test("by_default_there_is_neither_a_version_nor_an_alias", () => {
    for (const type of ["Version", "Alias"]) assert.equal(resources(template, `AWS::Lambda::${type}`).length, 0, type);
  });

  test("it_is_that_of_an_alias_of_the_current_version", () => {
    assert.deepEqual(alias["ProvisionedConcurrencyConfig"], { ProvisionedConcurrentExecutions: 3 });
    const [versionId, version] = resources(provisioned, "AWS::Lambda::Version")[0]!;
    assert.equal(pointsTo(version.Properties["FunctionName"]), inferenceFunction(provisioned)[0]);
    assert.ok(mentions(alias["FunctionVersion"], versionId));
  });

  test("tasks_and_api_invoke_the_alias_and_may_invoke_nothing_else_of_the_function", () => {
    const [id] = inferenceFunction(provisioned);
    const [{ Resource }, ...others] = invoking(provisioned, taskRole(provisioned)) as [any];
    assert.deepEqual(others, []);
    assert.deepEqual(Resource.map(pointsTo), [writerFunction(provisioned)[0], aliasId]);
    const [{ Environment }] = only(provisioned, "AWS::ECS::TaskDefinition").Properties["ContainerDefinitions"];
    const { Value } = Environment.find(({ Name }: any) => Name === contract.environment.reader.inference_function);
    assert.equal(pointsTo(Value), aliasId);
    const admitted = resources(provisioned, "AWS::Lambda::Permission").filter(([, { Properties }]) =>
      mentions(Properties["FunctionName"], id) || mentions(Properties["FunctionName"], aliasId)
    );
    assert.deepEqual(admitted.map(([, { Properties }]) => pointsTo(Properties["FunctionName"])), [aliasId, aliasId]);
  });

  test("results_of_the_alias_and_of_the_function_itself_go_to_the_function_that_writes_the_wall", () => {
    const configs = results(provisioned);
    assert.deepEqual(Object.keys(configs).sort(), ["$LATEST", "alias"]);
    assert.ok(mentions(configs["alias"]["Qualifier"], aliasId));
    for (const { DestinationConfig: { OnSuccess, OnFailure } } of Object.values(configs)) {
      assert.deepEqual([OnSuccess, OnFailure].map(({ Destination }) => pointsTo(Destination)), Array(2).fill(writerFunction(provisioned)[0]));
    }
  });
});

describe("API", () => {
  test("each_method_of_its_route_is_signed_and_can_invoke_the_function", () => {
    const routes = resources(template, "AWS::ApiGatewayV2::Route").map(([, { Properties }]) => Properties)
      .filter(({ RouteKey }) => RouteKey.endsWith(` ${contract.routes.api.inference}`));
    assert.deepEqual(routes.map(({ RouteKey, AuthorizationType }) => [RouteKey, AuthorizationType]), [
      ["GET /inference", "AWS_IAM"], ["POST /inference", "AWS_IAM"],
    ]);
    const target = JSON.stringify(routes[0]!["Target"]);
    const [, integration] = resources(template, "AWS::ApiGatewayV2::Integration").find(([id]) => target.includes(`"${id}"`))!;
    assert.ok(mentions(integration.Properties["IntegrationUri"], functionId));
    assert.equal(integration.Properties["PayloadFormatVersion"], "2.0");
    const admitted = resources(template, "AWS::Lambda::Permission").filter(([, { Properties }]) => mentions(Properties["FunctionName"], functionId));
    assert.equal(admitted.length, 2);
    for (const [id, { Properties }] of admitted) {
      assert.equal(Properties["Principal"], "apigateway.amazonaws.com", id);
      assert.ok(JSON.stringify(Properties["SourceArn"]).includes(contract.routes.api.inference), id);
    }
  });

  test("callers_find_its_address_in_the_outputs", () => {
    assert.ok(JSON.stringify(template.toJSON().Outputs.InferenceApi.Value).includes("/default/inference"));
  });
});

describe("alarms", () => {
  test("errors_throttles_and_lost_results_raise_an_alarm_at_once", () => {
    for (const [alarm, metric] of [["InferenceErrors", "Errors"], ["InferenceThrottles", "Throttles"], ["LostLabels", "DestinationDeliveryFailures"]] as const) {
      const { MetricName, Threshold, Statistic, Dimensions } = alarms[alarm]! as any;
      assert.deepEqual([MetricName, Threshold, Statistic], [metric, 1, "Sum"], alarm);
      assert.ok(mentions(Dimensions, functionId), alarm);
    }
  });

  test("a_duration_near_the_timeout_raises_an_alarm", () => {
    const { MetricName, ExtendedStatistic, Threshold, Dimensions } = alarms["InferenceSlow"]! as any;
    assert.deepEqual([MetricName, ExtendedStatistic], ["Duration", "p99"]);
    assert.ok(mentions(Dimensions, functionId));
    const timeout = inference.Properties["Timeout"] * 1000;
    assert.ok(Threshold > timeout / 2 && Threshold < timeout, `${Threshold} ms of ${timeout} ms`);
  });

  test("a_model_that_cannot_be_loaded_raises_an_alarm", () => {
    const [, { Properties: filter }] = resources(template, "AWS::Logs::MetricFilter")
      .find(([, { Properties }]) => Properties["MetricTransformations"][0].MetricName === "ModelNotLoaded")!;
    assert.equal(filter["FilterPattern"], `{ ${logField(contract.logs.message_field)} = "${contract.logs.model_not_loaded.message}" }`);
    assert.deepEqual(filter["LogGroupName"], inference.Properties["LoggingConfig"].LogGroup);
    const { Namespace, Statistic, Threshold } = alarms["ModelNotLoaded"]! as any;
    assert.deepEqual([Namespace, Statistic, Threshold], [filter["MetricTransformations"][0].MetricNamespace, "Sum", 1]);
  });
});

test("with_inference_off_the_stack_has_no_trace_of_it", () => {
  const off = synthesize({ inference: false }).template;
  const text = JSON.stringify(off.toJSON());
  for (const word of [contract.functions.inference, "lambda-inference", "/inference", "uploads", "UPLOADS_DIR", "INFERENCE_FUNCTION", "Inference"]) {
    assert.ok(!text.includes(word), word);
  }
  assert.equal(resources(off, "AWS::Lambda::Function").length, 1);
  assert.equal(resources(off, "AWS::EFS::AccessPoint").length, 2);
  const may = statementsOfRole(off, taskRole(off)).map(({ Action }) => Action);
  assert.deepEqual(may, ["elasticfilesystem:ClientMount", "secretsmanager:GetSecretValue", "lambda:InvokeFunction"]);
});
