// Alarms that call, a runbook that answers, logs that end.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { contract, logField } from "../lib/contract.ts";
import { mentions, only, resources, synthesize } from "./synthesized.ts";

const { template } = synthesize();
const alarms = resources(template, "AWS::CloudWatch::Alarm").map(([, { Properties }]) => Properties);

/** The anchors that a Markdown page has, as GitHub makes them of its headings. */
function anchors(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!.toLowerCase().replace(/[^\w\- ]/g, "").trim().replaceAll(" ", "-")
  );
}

describe("alarms", () => {
  test("everything_that_the_blog_post_warns_of_has_an_alarm", () => {
    const watched = JSON.stringify(alarms.map(({ MetricName, Metrics }) => [MetricName, Metrics]));
    for (
      const metric of [
        "BurstCreditBalance", "PercentIOLimit", "ClientConnections", "Errors", "Throttles", "Duration",
        "ReaderLastLookAge", "ReaderConfigRejected", "HTTPCode_Target_5XX_Count", "HTTPCode_ELB_5XX_Count", "5xx",
        "ApproximateNumberOfMessagesVisible", "RefusedEvents", "HealthyHostCount",
      ]
    ) assert.ok(watched.includes(`"${metric}"`), metric);
  });

  test("every_alarm_tells_the_topic_and_links_a_chapter_of_the_runbook_that_exists", () => {
    const [topic] = resources(template, "AWS::SNS::Topic")[0]!;
    const chapters = anchors(readFileSync(new URL("../README.md", import.meta.url), "utf8"));
    for (const alarm of alarms) {
      assert.ok(mentions(alarm["AlarmActions"], topic), alarm["AlarmName"]);
      const chapter = /What to do: cdk\/README\.md#([a-z0-9-]+)$/.exec(alarm["AlarmDescription"])?.[1];
      assert.ok(chapter !== undefined && chapters.includes(chapter), `${alarm["AlarmName"]}: no chapter ${chapter} in cdk/README.md`);
    }
  });

  test("readers_that_say_nothing_are_as_bad_as_readers_that_are_stale", () => {
    const stale = alarms.find(({ MetricName }) => MetricName === "ReaderLastLookAge")!;
    assert.equal(stale["TreatMissingData"], "breaching");
    assert.ok(stale["Period"] >= 2 * contract.times.status_log_s, "a period holds at least two status lines of each reader");
  });

  test("an_event_that_the_function_refuses_for_good_calls_somebody", () => {
    const filter = resources(template, "AWS::Logs::MetricFilter").map(([, { Properties }]) => Properties)
      .find(({ MetricTransformations: [{ MetricName }] }: any) => MetricName === "RefusedEvents")!;
    assert.equal(filter["FilterPattern"], `{ ${logField(contract.logs.message_field)} = "${contract.logs.event_refused.message}" }`);
    assert.deepEqual(filter["LogGroupName"], only(template, "AWS::Lambda::Function").Properties["LoggingConfig"].LogGroup);
    const alarm = alarms.find(({ MetricName }) => MetricName === "RefusedEvents")!;
    const [{ MetricNamespace }] = filter["MetricTransformations"];
    assert.deepEqual([alarm["Namespace"], alarm["Statistic"], alarm["Threshold"]], [MetricNamespace, "Sum", 1]);
  });

  test("readers_that_are_missing_are_counted_by_the_load_balancer_and_not_by_mounts_that_the_function_has_too", () => {
    const tooFew = alarms.find(({ MetricName }) => MetricName === "HealthyHostCount")!;
    assert.deepEqual([tooFew["ComparisonOperator"], tooFew["Threshold"]], ["LessThanThreshold", 2]);
    assert.equal(tooFew["TreatMissingData"], "breaching");
    const connections = alarms.filter(({ MetricName }) => MetricName === "ClientConnections");
    assert.ok(connections.every(({ ComparisonOperator }) => ComparisonOperator.startsWith("GreaterThan")));
  });

  test("an_address_gets_mail_when_it_is_given", () => {
    assert.equal(resources(template, "AWS::SNS::Subscription").length, 0);
    const mailed = synthesize({ alarmEmail: "ann@example.com" }).template;
    assert.equal(only(mailed, "AWS::SNS::Subscription").Properties["Endpoint"], "ann@example.com");
  });

  test("the_dashboard_shows_every_alarm", () => {
    const body = JSON.stringify(only(template, "AWS::CloudWatch::Dashboard").Properties["DashboardBody"]);
    for (const [id] of resources(template, "AWS::CloudWatch::Alarm")) assert.ok(body.includes(`"${id}"`), id);
  });
});

describe("logs", () => {
  test("every_log_group_has_a_retention", () => {
    const groups = resources(template, "AWS::Logs::LogGroup");
    assert.ok(groups.length >= 4);
    for (const [id, { Properties }] of groups) assert.equal(Properties["RetentionInDays"], 30, id);
  });

  test("everything_that_logs_does_so_into_a_log_group_of_the_stack", () => {
    const groups = resources(template, "AWS::Logs::LogGroup").map(([id]) => id);
    const used = {
      function: only(template, "AWS::Lambda::Function").Properties["LoggingConfig"]?.LogGroup,
      api: only(template, "AWS::ApiGatewayV2::Stage").Properties["AccessLogSettings"]?.DestinationArn,
      flow: only(template, "AWS::EC2::FlowLog").Properties["LogGroupName"] ?? only(template, "AWS::EC2::FlowLog").Properties["LogDestination"],
      reader: only(template, "AWS::ECS::TaskDefinition").Properties["ContainerDefinitions"][0].LogConfiguration?.Options["awslogs-group"],
    };
    for (const [who, reference] of Object.entries(used)) assert.ok(groups.some((id) => mentions(reference, id)), who);
    assert.equal(resources(template, "AWS::Lambda::Function").length, 1, "no helper function with a log group of its own making");
  });
});
