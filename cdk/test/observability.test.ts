// Tests of the alarms, the runbook, the dashboard and the logs.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { contract, logField } from "../lib/contract.ts";
import { inferenceFunction, mentions, only, resources, synthesize, writerFunction } from "./synthesized.ts";
import { SIGN_IN } from "./variants.ts";

const { template } = synthesize();
const alarms = resources(template, "AWS::CloudWatch::Alarm").map(([, { Properties }]) => Properties);

/** Returns the anchors of a Markdown page, as GitHub makes them from its headings. */
function anchors(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!.toLowerCase().replace(/[^\w\- ]/g, "").trim().replaceAll(" ", "-")
  );
}

describe("alarms", () => {
  test("every_risk_that_the_blog_post_names_has_an_alarm", () => {
    const watched = JSON.stringify(alarms.map(({ MetricName, Metrics }) => [MetricName, Metrics]));
    for (
      const metric of [
        "BurstCreditBalance", "PercentIOLimit", "ClientConnections", "Errors", "Throttles", "Duration",
        "ReaderLastLookAge", "ReaderConfigRejected", "HTTPCode_Target_5XX_Count", "HTTPCode_ELB_5XX_Count", "5xx",
        "ApproximateNumberOfMessagesVisible", "RefusedEvents", "HealthyHostCount", "ModelNotLoaded",
        "ReaderTokensRefused", "BlockedRequests",
      ]
    ) assert.ok(watched.includes(`"${metric}"`), metric);
  });

  test("every_alarm_notifies_the_topic_and_links_its_section_of_the_runbook", () => {
    const [topic] = resources(template, "AWS::SNS::Topic")[0]!;
    const sections = anchors(readFileSync(new URL("../RUNBOOK.md", import.meta.url), "utf8"));
    const ofSignIn = resources(synthesize(SIGN_IN).template, "AWS::CloudWatch::Alarm").map(([, { Properties }]) => Properties)
      .filter(({ AlarmName }) => AlarmName.endsWith("-SignInsFailed"));
    assert.equal(ofSignIn.length, 1);
    for (const alarm of [...alarms, ...ofSignIn]) {
      assert.ok(mentions(alarm["AlarmActions"], topic), alarm["AlarmName"]);
      const section = /What to do: cdk\/RUNBOOK\.md#([a-z0-9-]+)$/.exec(alarm["AlarmDescription"])?.[1];
      assert.ok(section !== undefined && sections.includes(section), `${alarm["AlarmName"]}: no section ${section} in cdk/RUNBOOK.md`);
      assert.equal(`${contract.functions.writer}-${section}`.toLowerCase(), alarm["AlarmName"].toLowerCase());
    }
  });

  test("readers_without_a_status_line_raise_the_alarm_of_stale_readers", () => {
    const stale = alarms.find(({ MetricName }) => MetricName === "ReaderLastLookAge")!;
    assert.equal(stale["TreatMissingData"], "breaching");
    assert.ok(stale["Period"] >= 2 * contract.times.status_log_s, "a period holds at least two status lines of each reader");
  });

  test("an_event_that_the_function_refuses_for_good_raises_an_alarm", () => {
    const filter = resources(template, "AWS::Logs::MetricFilter").map(([, { Properties }]) => Properties)
      .find(({ MetricTransformations: [{ MetricName }] }: any) => MetricName === "RefusedEvents")!;
    assert.equal(filter["FilterPattern"], `{ ${logField(contract.logs.message_field)} = "${contract.logs.event_refused.message}" }`);
    assert.deepEqual(filter["LogGroupName"], writerFunction(template)[1].Properties["LoggingConfig"].LogGroup);
    const alarm = alarms.find(({ MetricName }) => MetricName === "RefusedEvents")!;
    const [{ MetricNamespace }] = filter["MetricTransformations"];
    assert.deepEqual([alarm["Namespace"], alarm["Statistic"], alarm["Threshold"]], [MetricNamespace, "Sum", 1]);
  });

  test("mounts_of_the_functions_cannot_satisfy_the_alarm_on_missing_readers", () => {
    const tooFew = alarms.find(({ MetricName }) => MetricName === "HealthyHostCount")!;
    assert.deepEqual([tooFew["ComparisonOperator"], tooFew["Threshold"]], ["LessThanThreshold", 2]);
    assert.equal(tooFew["TreatMissingData"], "breaching");
    const dimensions = Object.fromEntries(tooFew["Dimensions"].map(({ Name, Value }: any) => [Name, Value]));
    assert.deepEqual([tooFew["Namespace"], ...Object.keys(dimensions).sort()], ["AWS/ApplicationELB", "LoadBalancer", "TargetGroup"]);
    const [group, { Properties }] = resources(template, "AWS::ElasticLoadBalancingV2::TargetGroup")[0]!;
    assert.ok(mentions(dimensions["TargetGroup"], group));
    assert.equal(Properties["Targets"], undefined);
    const registering = Object.entries<any>(template.toJSON().Resources).filter(([, { Properties }]) => mentions(Properties?.LoadBalancers, group));
    assert.deepEqual(registering.map(([, { Type }]) => Type), ["AWS::ECS::Service"], "the hosts are the readers and nothing else");
    const connections = alarms.filter(({ MetricName }) => MetricName === "ClientConnections");
    assert.ok(connections.every(({ ComparisonOperator }) => ComparisonOperator.startsWith("GreaterThan")));
  });

  test("refused_tokens_raise_an_alarm", () => {
    const filter = resources(template, "AWS::Logs::MetricFilter").map(([, { Properties }]) => Properties)
      .find(({ MetricTransformations: [{ MetricName }] }: any) => MetricName === "ReaderTokensRefused")!;
    assert.equal(filter["FilterPattern"], `{ ${logField(contract.logs.message_field)} = "${contract.logs.token_refused.message}" }`);
    const { LogConfiguration } = only(template, "AWS::ECS::TaskDefinition").Properties["ContainerDefinitions"][0];
    assert.deepEqual(filter["LogGroupName"], LogConfiguration.Options["awslogs-group"]);
    const alarm = alarms.find(({ MetricName }) => MetricName === "ReaderTokensRefused")!;
    const [{ MetricNamespace }] = filter["MetricTransformations"];
    assert.deepEqual([alarm["Namespace"], alarm["Statistic"], alarm["Threshold"], alarm["Period"]], [MetricNamespace, "Sum", 20, 300]);
  });

  test("a_mail_address_receives_the_alarms", () => {
    assert.equal(resources(template, "AWS::SNS::Subscription").length, 0);
    const mailed = synthesize({ alarmEmail: "ann@example.com" }).template;
    assert.equal(only(mailed, "AWS::SNS::Subscription").Properties["Endpoint"], "ann@example.com");
  });

  test("the_dashboard_shows_every_alarm", () => {
    const body = JSON.stringify(only(template, "AWS::CloudWatch::Dashboard").Properties["DashboardBody"]);
    for (const [id] of resources(template, "AWS::CloudWatch::Alarm")) assert.ok(body.includes(`"${id}"`), id);
  });
});

describe("runbook", () => {
  const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), "utf8");

  for (const file of ["README.md", "RUNBOOK.md"]) {
    test(`every_link_between_guide_and_runbook_has_a_target: ${file}`, () => {
      for (const [, page = "", anchor = ""] of read(file).matchAll(/\]\((\w+\.md)?(?:#([a-z0-9-]+))?\)/g)) {
        const target = page === "" ? file : page;
        assert.ok(anchor === "" || anchors(read(target)).includes(anchor), `${target}#${anchor}`);
      }
    });
  }

  test("the_dashboard_links_sections_that_exist", () => {
    const body = JSON.stringify(only(template, "AWS::CloudWatch::Dashboard").Properties["DashboardBody"]);
    const links = [...body.matchAll(/RUNBOOK\.md#([a-z0-9-]+)/g)].map(([, anchor]) => anchor!);
    assert.ok(links.length > alarms.length);
    for (const anchor of links) assert.ok(anchors(read("RUNBOOK.md")).includes(anchor), anchor);
  });
});

describe("logs", () => {
  test("every_log_group_has_a_retention", () => {
    const groups = resources(template, "AWS::Logs::LogGroup");
    assert.ok(groups.length >= 4);
    for (const [id, { Properties }] of groups) assert.equal(Properties["RetentionInDays"], 30, id);
  });

  test("functions_api_network_and_reader_log_into_log_groups_of_the_stack", () => {
    const groups = resources(template, "AWS::Logs::LogGroup").map(([id]) => id);
    const used = {
      writer: writerFunction(template)[1].Properties["LoggingConfig"]?.LogGroup,
      inference: inferenceFunction(template)[1].Properties["LoggingConfig"]?.LogGroup,
      api: only(template, "AWS::ApiGatewayV2::Stage").Properties["AccessLogSettings"]?.DestinationArn,
      flow: only(template, "AWS::EC2::FlowLog").Properties["LogGroupName"] ?? only(template, "AWS::EC2::FlowLog").Properties["LogDestination"],
      reader: only(template, "AWS::ECS::TaskDefinition").Properties["ContainerDefinitions"][0].LogConfiguration?.Options["awslogs-group"],
    };
    for (const [who, reference] of Object.entries(used)) assert.ok(groups.some((id) => mentions(reference, id)), who);
    assert.equal(resources(template, "AWS::Lambda::Function").length, 2, "there is no helper function with another log group");
  });
});
