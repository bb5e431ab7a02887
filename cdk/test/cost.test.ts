// Compares the calculation of the cost with the template and with the table in README.md.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { bill, SIZES, table } from "../cost/monthly.ts";
import { alarmCount, interfaceEndpoints, logMetrics, secretCount, webAclRules, zones } from "../cost/shape.ts";
import { resources, synthesize } from "./synthesized.ts";

describe("cost", () => {
  test("the_counts_are_those_of_the_template", () => {
    const { template } = synthesize();
    const endpoints = resources(template, "AWS::EC2::VPCEndpoint").filter(([, { Properties }]) => Properties["VpcEndpointType"] === "Interface");
    assert.equal(endpoints.length, interfaceEndpoints);
    for (const [id, { Properties }] of endpoints) assert.equal(Properties["SubnetIds"].length, zones, id);
    assert.equal(resources(template, "AWS::CloudWatch::Alarm").length, alarmCount);
    assert.equal(resources(template, "AWS::Logs::MetricFilter").length, logMetrics);
    assert.equal(resources(template, "AWS::SecretsManager::Secret").length, secretCount);
    const acls = resources(template, "AWS::WAFv2::WebACL").map(([, { Properties }]) => Properties["Rules"].length);
    assert.deepEqual(acls, [webAclRules]);
  });

  test("the_readme_shows_the_calculated_table", () => {
    assert.ok(readFileSync(new URL("../README.md", import.meta.url), "utf8").includes(table()), "run `npm run cost` and paste its table");
  });

  test("a_larger_wall_costs_more", () => {
    const totals = SIZES.map((size) => Object.values(bill(size)).reduce((total, line) => total + line, 0));
    assert.deepEqual(totals, [...totals].sort((a, b) => a - b));
  });
});
