// Tests of followed documents: events, permissions, routes and the schedule.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Template } from "aws-cdk-lib/assertions";
import { contract } from "../lib/contract.ts";
import { pointsTo, type Statement, statementsOfRole, writerRole } from "./permissions.ts";
import { list, mentions, only, resources, synthesize, writerFunction } from "./synthesized.ts";
import { FILES, FOLLOWED, KEY, KEYS, VPC } from "./variants.ts";

const { events, environment } = contract;
const none = synthesize().template;
const all = synthesize({ ...FOLLOWED, ...KEYS }).template;
const followed = (settings: Record<string, unknown>) => synthesize(settings).template;
const writer = (template: Template) => writerFunction(template)[1].Properties;

/** Returns the text of an ARN or name, with the pseudo parameters in place of their values. */
function text(value: any): string {
  if (typeof value === "string") return value;
  if ("Ref" in value) return `{${value.Ref}}`;
  const [separator, parts] = value["Fn::Join"];
  return parts.map(text).join(separator);
}

/** Returns the rules on the default bus. */
function defaultBus(template: Template) {
  return resources(template, "AWS::Events::Rule").map(([, { Properties }]) => Properties).filter(({ EventBusName }) => EventBusName === undefined);
}

/** Returns the statements of the role of the function that it has only if documents are followed. */
function added(template: Template): Statement[] {
  const usual = new Set(statementsOfRole(none, writerRole(none)).map(({ Action, Effect }) => JSON.stringify([Action, Effect])));
  return statementsOfRole(template, writerRole(template)).filter(({ Action, Effect }) => !usual.has(JSON.stringify([Action, Effect])));
}

const interfaces = (template: Template) =>
  resources(template, "AWS::EC2::VPCEndpoint").map(([, { Properties }]) => Properties)
    .filter(({ VpcEndpointType }) => VpcEndpointType === "Interface").map(({ ServiceName }) => text(ServiceName).split(".").slice(3).join("."));

/** Returns the destinations that the function reaches on port 443. */
function reached(template: Template): string[] {
  const group = writer(template)["VpcConfig"].SecurityGroupIds[0]["Fn::GetAtt"][0];
  const inline = list<any>(template.findResources("AWS::EC2::SecurityGroup")[group]!["Properties"].SecurityGroupEgress);
  const rules = resources(template, "AWS::EC2::SecurityGroupEgress").map(([, { Properties }]) => Properties)
    .filter(({ GroupId }) => mentions(GroupId, group));
  return [...inline, ...rules].filter(({ FromPort }) => FromPort === 443)
    .map(({ CidrIp, DestinationSecurityGroupId }) => CidrIp ?? pointsTo(DestinationSecurityGroupId));
}

describe("without a followed document", () => {
  test("nothing_is_added", () => {
    assert.deepEqual(defaultBus(none), []);
    assert.equal(resources(none, "AWS::Scheduler::Schedule").length, 0);
    assert.deepEqual(reached(none), [], "the function reaches no API");
    assert.ok(!("WriterGroup" in none.toJSON().Outputs));
    const { config_parameter, config_object, config_appconfig } = environment.writer;
    const names = Object.keys(writer(none)["Environment"].Variables);
    for (const name of [config_parameter, config_object, config_appconfig]) assert.ok(!names.includes(name), name);
  });
});

describe("variables", () => {
  test("the_function_gets_the_name_of_each_document", () => {
    const { config_parameter, config_object, config_appconfig } = environment.writer;
    const given = writer(all)["Environment"].Variables;
    assert.deepEqual(
      [given[config_parameter], given[config_object], given[config_appconfig]],
      [FOLLOWED.configParameter, FOLLOWED.configObject, FOLLOWED.configAppConfig],
    );
  });
});

describe("events", () => {
  test("the_default_bus_has_a_rule_for_exactly_the_followed_documents", () => {
    const { parameter, object, appconfig } = events;
    assert.deepEqual(defaultBus(all).map(({ EventPattern }) => EventPattern), [
      { source: [parameter.source], "detail-type": parameter.detail_types, detail: { name: ["/messagewall/config"], operation: parameter.operations } },
      {
        source: [object.source], "detail-type": object.detail_types,
        detail: { bucket: { name: ["walls"] }, object: { key: ["release/wall.yaml"] } },
      },
      {
        source: [appconfig.source], "detail-type": appconfig.detail_types,
        detail: { Application: { Id: ["abc1234"] }, Environment: { Id: ["def5678"] }, ConfigurationProfile: { Id: ["ghi9012"] } },
      },
    ]);
    for (const [setting, id] of [["configParameter", "aws.ssm"], ["configObject", "aws.s3"], ["configAppConfig", "aws.appconfig"]] as const) {
      assert.deepEqual(defaultBus(followed({ [setting]: FOLLOWED[setting] })).map(({ EventPattern }) => EventPattern.source), [[id]]);
    }
  });

  test("undeliverable_events_are_tried_again_for_an_hour_and_go_to_the_dead_letter_queue", () => {
    const [queue] = resources(all, "AWS::SQS::Queue")[0]!;
    for (const { Targets } of defaultBus(all)) {
      assert.equal(Targets.length, 1);
      assert.ok(mentions(Targets[0].DeadLetterConfig, queue));
      assert.deepEqual(Targets[0].RetryPolicy, { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 8 });
    }
    const [{ Properties: { PolicyDocument } }] = [only(all, "AWS::SQS::QueuePolicy")];
    const admitted = PolicyDocument.Statement.filter(({ Principal }: any) => Principal.Service === "events.amazonaws.com");
    assert.equal(admitted.length, resources(all, "AWS::Events::Rule").length, "each rule can send to the queue");
  });

  test("the_rules_of_the_own_bus_stay", () => {
    const own = (template: Template) => resources(template, "AWS::Events::Rule").filter(([, { Properties }]) => "EventBusName" in Properties);
    assert.deepEqual(own(all), own(none));
  });
});

describe("permissions", () => {
  const allowed = (template: Template) => added(template).map(({ Action, Resource }) => [list(Action).join(), text(Resource)]);
  const here = "arn:{AWS::Partition}";
  const region = "{AWS::Region}:{AWS::AccountId}";
  const parameter = ["ssm:GetParameter", `${here}:ssm:${region}:parameter/messagewall/config`];
  const object = ["s3:GetObject", `${here}:s3:::walls/release/wall.yaml`];
  const appConfig = [
    "appconfig:GetLatestConfiguration,appconfig:StartConfigurationSession",
    `${here}:appconfig:${region}:application/abc1234/environment/def5678/configuration/ghi9012`,
  ];

  test("the_function_can_read_exactly_the_followed_documents", () => {
    assert.deepEqual(allowed(followed({ configParameter: FOLLOWED.configParameter })), [parameter]);
    assert.deepEqual(allowed(followed({ configObject: FOLLOWED.configObject })), [object]);
    assert.deepEqual(allowed(followed({ configAppConfig: FOLLOWED.configAppConfig })), [appConfig]);
  });

  test("a_parameter_without_levels_has_an_arn_with_one_slash", () => {
    assert.deepEqual(allowed(followed({ configParameter: "wall" })), [["ssm:GetParameter", `${here}:ssm:${region}:parameter/wall`]]);
  });

  test("decryption_is_allowed_with_the_key_of_the_setting_through_the_service_only", () => {
    assert.deepEqual(allowed(all), [parameter, ["kms:Decrypt", KEY], object, ["kms:Decrypt", KEY], appConfig]);
    const through = added(all).filter(({ Action }) => Action === "kms:Decrypt").map(({ Condition }) => text(Condition!["StringEquals"]!["kms:ViaService"]));
    assert.deepEqual(through, ["ssm", "s3"].map((service) => `${service}.{AWS::Region}.{AWS::URLSuffix}`));
  });
});

describe("routes", () => {
  const usual = interfaces(none);
  const endpoints = (settings: Record<string, unknown>) => interfaces(followed(settings)).filter((service) => !usual.includes(service));

  test("a_parameter_and_appconfig_have_an_interface_endpoint_and_an_object_uses_the_gateway", () => {
    assert.deepEqual(endpoints({ configParameter: FOLLOWED.configParameter }), ["ssm"]);
    assert.deepEqual(endpoints({ configAppConfig: FOLLOWED.configAppConfig }), ["appconfigdata"]);
    assert.deepEqual(endpoints({ configObject: FOLLOWED.configObject }), []);
    assert.deepEqual(endpoints({ ...FOLLOWED, ...KEYS }), ["ssm", "appconfigdata"], "the services call KMS");
  });

  test("the_function_reaches_the_endpoints_only_unless_it_follows_an_object", () => {
    const { configObject: _, ...withoutObject } = FOLLOWED;
    const template = followed(withoutObject);
    const endpoint = resources(template, "AWS::EC2::VPCEndpoint").find(([, { Properties }]) => Properties["VpcEndpointType"] === "Interface")!;
    const group = endpoint[1].Properties["SecurityGroupIds"][0]["Fn::GetAtt"][0];
    assert.deepEqual(reached(template), [group]);
    const admitted = resources(template, "AWS::EC2::SecurityGroupIngress").map(([, { Properties }]) => Properties)
      .filter(({ GroupId }) => mentions(GroupId, group)).map(({ SourceSecurityGroupId }) => pointsTo(SourceSecurityGroupId));
    assert.ok(admitted.includes(writer(template)["VpcConfig"].SecurityGroupIds[0]["Fn::GetAtt"][0]));
    assert.ok(reached(followed({ configObject: FOLLOWED.configObject })).includes("0.0.0.0/0"), "a gateway endpoint has no group");
  });

  for (const [where, settings] of Object.entries({ "NAT": { natGateways: 1 }, "an existing VPC": VPC })) {
    test(`with_${where.replaceAll(" ", "_")}_there_is_no_endpoint_and_the_function_reaches_the_apis`, () => {
      const template = followed({ ...FOLLOWED, ...settings });
      assert.deepEqual(interfaces(template), []);
      assert.deepEqual(new Set(reached(template)), new Set(["0.0.0.0/0"]));
      assert.ok("WriterGroup" in template.toJSON().Outputs);
    });
  }
});

describe("files", () => {
  const template = followed({ ...FILES, filesKeyArn: KEY });
  const here = "arn:{AWS::Partition}";
  const parameters = `${here}:ssm:{AWS::Region}:{AWS::AccountId}:parameter`;

  test("the_function_gets_the_files_and_exactly_the_permission_to_read_their_sources", () => {
    assert.equal(writer(template)["Environment"].Variables[environment.writer.files], FILES.files);
    const statements = added(template).map(({ Action, Resource }) => [list(Action).join(), text(Resource)]);
    assert.deepEqual(statements, [
      ["s3:GetObject", `${here}:s3:::releases/app/app.yaml`], ["kms:Decrypt", KEY],
      ["ssm:GetParameter", `${parameters}/app/hosts`], ["kms:Decrypt", KEY],
      ["ssm:GetParameter", `${parameters}/limits`], ["kms:Decrypt", KEY],
    ]);
    const sids = statementsOfRole(template, writerRole(template)).flatMap((statement: any) => statement.Sid ?? []);
    assert.equal(new Set(sids).size, sids.length, "IAM refuses a policy with a statement id twice");
  });

  test("each_has_a_rule_and_sources_of_one_service_share_an_endpoint", () => {
    const details = defaultBus(template).map(({ EventPattern }) => EventPattern.detail);
    assert.deepEqual(details.map((detail) => detail.object?.key ?? detail.name), [["app/app.yaml"], ["/app/hosts"], ["limits"]]);
    const usual = interfaces(none);
    assert.deepEqual(interfaces(followed({ ...FILES, configParameter: "/messagewall/config" })).filter((service) => !usual.includes(service)), ["ssm"]);
  });
});

describe("schedule", () => {
  const schedules = (settings: Record<string, unknown>) =>
    resources(followed(settings), "AWS::Scheduler::Schedule").map(([, { Properties }]) => Properties["ScheduleExpression"]);

  test("each_followed_document_is_read_again_every_fifteen_minutes_unless_the_setting_says_otherwise", () => {
    for (const [setting, name] of Object.entries(FOLLOWED)) assert.deepEqual(schedules({ [setting]: name }), ["rate(15 minutes)"], setting);
    assert.deepEqual(schedules({ ...FOLLOWED, reconcile: "rate(1 day)" }), ["rate(1 day)"]);
    assert.deepEqual(schedules({ ...FOLLOWED, reconcile: "off" }), []);
    assert.deepEqual(schedules({ reconcile: "off" }), []);
  });

  const { Target } = only(all, "AWS::Scheduler::Schedule").Properties;
  const [queue] = resources(all, "AWS::SQS::Queue")[0]!;
  const [functionId] = writerFunction(all);

  test("its_event_is_one_that_the_function_reconciles_on", () => {
    const event = JSON.parse(text(Target.Input));
    assert.deepEqual([event.source, event["detail-type"]], [events.schedule.source, ...events.schedule.detail_types]);
    assert.deepEqual([event.id, event.time], ["<aws.scheduler.execution-id>", "<aws.scheduler.scheduled-time>"]);
  });

  test("undeliverable_events_go_to_the_dead_letter_queue", () => {
    assert.ok(mentions(Target.DeadLetterConfig, queue));
    assert.deepEqual(Target.RetryPolicy, { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 8 });
  });

  test("its_role_can_invoke_the_function_and_send_to_the_queue_and_nothing_else", () => {
    const role = pointsTo(Target.RoleArn);
    const statements = statementsOfRole(all, role);
    assert.deepEqual(statements.map(({ Effect, Action, Resource }) => [Effect, Action, Resource]), [
      ["Allow", "lambda:InvokeFunction", { "Fn::GetAtt": [functionId, "Arn"] }],
      ["Allow", "sqs:SendMessage", { "Fn::GetAtt": [queue, "Arn"] }],
    ]);
    const [{ Principal, Condition }] = all.findResources("AWS::IAM::Role")[role]!["Properties"].AssumeRolePolicyDocument.Statement;
    assert.deepEqual(Principal, { Service: "scheduler.amazonaws.com" });
    assert.deepEqual(Condition.StringEquals["aws:SourceAccount"], { Ref: "AWS::AccountId" });
  });
});
