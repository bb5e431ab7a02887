// Tests of the followers of files: the function knows them and reaches them.
import { Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import * as ec2 from "aws-cdk-lib/aws-ec2";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { messageWall } from "../lib/app.ts";
import { contract } from "../lib/contract.ts";
import { MOST_FOLLOWERS } from "../lib/followers.ts";
import { context, resources, synthesize, writerFunction } from "./synthesized.ts";
import { FOLLOWERS, VPC } from "./variants.ts";

const GROUP = FOLLOWERS.followersSecurityGroupId;

/** Returns the value of the variable of the function. */
function variable(template: Template): unknown {
  return writerFunction(template)[1].Properties["Environment"].Variables[contract.environment.writer.followers];
}

/** Returns the security group of the function, as rules name it. */
function writerGroup(template: Template): unknown {
  return writerFunction(template)[1].Properties["VpcConfig"].SecurityGroupIds[0];
}

/** Returns the rules of one direction about followers: group, port, the other group. */
function rules(template: Template, direction: "Ingress" | "Egress"): unknown[] {
  const other = { Ingress: "SourceSecurityGroupId", Egress: "DestinationSecurityGroupId" }[direction];
  return resources(template, `AWS::EC2::SecurityGroup${direction}`).map(([, { Properties }]) => Properties)
    .filter(({ Description }) => /followers of files/.test(Description))
    .map(({ GroupId, IpProtocol, FromPort, ToPort, [other]: group }) => [GroupId, IpProtocol, FromPort, ToPort, group]);
}

describe("followers of files", () => {
  test("without_the_settings_the_function_knows_and_reaches_none", () => {
    const { template } = synthesize();
    assert.equal(variable(template), undefined);
    assert.deepEqual([...rules(template, "Ingress"), ...rules(template, "Egress")], []);
  });

  for (const [where, settings] of Object.entries({ "a new VPC": FOLLOWERS, "an existing VPC": { ...VPC, ...FOLLOWERS } })) {
    test(`in_${where.replaceAll(" ", "_")}_the_function_knows_them_and_reaches_their_group_at_each_port_once`, () => {
      const { template } = synthesize(settings);
      assert.equal(variable(template), "app.internal:8082,proxy.internal:8082,10.0.0.7:9000");
      const writer = writerGroup(template);
      assert.deepEqual(rules(template, "Egress"), [8082, 9000].map((port) => [writer, "tcp", port, port, GROUP]));
      assert.deepEqual(rules(template, "Ingress"), [8082, 9000].map((port) => [GROUP, "tcp", port, port, writer]));
    });
  }

  test("their_group_gets_no_other_rule", () => {
    const { template } = synthesize({ ...VPC, ...FOLLOWERS });
    const all = [...resources(template, "AWS::EC2::SecurityGroupIngress"), ...resources(template, "AWS::EC2::SecurityGroupEgress")];
    assert.equal(all.filter(([, { Properties }]) => Properties["GroupId"] === GROUP).length, 2);
  });
});

describe("followers of the same app", () => {
  function sameApp(settings: Record<string, unknown> = {}) {
    const { app, stack: wall } = messageWall({}, { context: context(settings) });
    const stack = new Stack(app, "Service");
    return { app, wall, stack, group: new ec2.SecurityGroup(stack, "Group", { vpc: wall.network.vpc }) };
  }

  test("a_service_in_the_vpc_of_the_wall_is_told_and_its_stack_has_the_rules", () => {
    const { app, wall, stack, group } = sameApp();
    wall.addFollower("app.internal:8082", group);
    app.synth();
    assert.deepEqual([wall, stack].map(({ dependencies }) => dependencies.map(({ node }) => node.id)), [[], [wall.node.id]]);
    const [ofWall, ofService] = [Template.fromStack(wall), Template.fromStack(stack)];
    assert.equal(variable(ofWall), "app.internal:8082");
    assert.deepEqual([...rules(ofWall, "Ingress"), ...rules(ofWall, "Egress")], []);
    const [[admitting, , port]] = rules(ofService, "Ingress") as [[unknown, string, number]];
    const [[, , reached, , destination]] = rules(ofService, "Egress") as [[unknown, string, number, number, unknown]];
    assert.deepEqual([port, reached, destination], [8082, 8082, admitting]);
    assert.match(JSON.stringify(admitting), /Group/);
  });

  test("it_is_told_beside_those_of_the_settings", () => {
    const { wall, group } = sameApp(FOLLOWERS);
    wall.addFollower("late.internal:8082", group);
    assert.equal(variable(Template.fromStack(wall)), "app.internal:8082,proxy.internal:8082,10.0.0.7:9000,late.internal:8082");
  });

  test("a_bad_follower_and_one_too_many_are_refused", () => {
    const { wall, group } = sameApp();
    assert.throws(() => wall.addFollower("app.internal", group), /followers must be .*"app.internal" has no port from 1 to 65535/);
    const { wall: other, group: itsGroup } = sameApp();
    for (const n of Array(MOST_FOLLOWERS).keys()) other.addFollower(`app${n}:8082`, itsGroup);
    assert.throws(() => other.addFollower("late:8082", itsGroup), /20 at most; these are 21/);
  });
});
