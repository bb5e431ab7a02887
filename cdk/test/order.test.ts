// Tests of the order in which CloudFormation makes the resources, and deletes them: a resource exists from before the start
// of what depends on it until after its end.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Template } from "aws-cdk-lib/assertions";
import { executionRole, taskRole } from "./permissions.ts";
import { list, resources, synthesize } from "./synthesized.ts";
import { VARIANTS } from "./variants.ts";

type Resource = { Type: string; DependsOn?: string | string[]; Properties?: Record<string, any> };

/** Returns the logical ids that a value names, by Ref, Fn::GetAtt or Fn::Sub. */
function named(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(named);
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([key, part]) => {
    if (key === "Ref") return [String(part)];
    if (key === "Fn::GetAtt") return [Array.isArray(part) ? part[0] : String(part).split(".")[0]];
    return named(part);
  });
}

/** Returns the logical ids of everything that exists before the resource `id` does. */
function before(template: Template, id: string): Set<string> {
  const all = template.toJSON().Resources as Record<string, Resource>;
  const seen = new Set<string>();
  const visit = (id: string): void => {
    const { DependsOn, Properties } = all[id]!;
    for (const other of [...list(DependsOn), ...named(Properties)]) {
      if (!(other in all) || seen.has(other)) continue;
      seen.add(other);
      visit(other);
    }
  };
  visit(id);
  return seen;
}

describe("the service starts after, and ends before", () => {
  for (const [what, settings] of Object.entries(VARIANTS)) {
    const { template } = synthesize(settings);
    const [service] = resources(template, "AWS::ECS::Service")[0]!;
    const existing = before(template, service);
    const all = (...types: string[]) => types.flatMap((type) => resources(template, type));
    const check = (needed: [string, unknown][]) =>
      assert.deepEqual(needed.map(([id]) => id).filter((id) => !existing.has(id)), []);

    test(`endpoints_mount_targets_and_routes: ${what}`, () => {
      const needed = all("AWS::EC2::VPCEndpoint", "AWS::EFS::MountTarget", "AWS::EC2::NatGateway");
      const privateSubnets = resources(template, "AWS::ECS::Service")[0]![1].Properties["NetworkConfiguration"].AwsvpcConfiguration.Subnets;
      const tables = all("AWS::EC2::SubnetRouteTableAssociation")
        .filter(([, { Properties }]) => privateSubnets.some((subnet: any) => subnet.Ref === Properties["SubnetId"].Ref))
        .map(([, { Properties }]) => Properties["RouteTableId"].Ref);
      const routes = all("AWS::EC2::Route").filter(([, { Properties }]) => tables.includes(Properties["RouteTableId"].Ref));
      assert.equal(routes.length, resources(template, "AWS::EC2::NatGateway").length > 0 ? 2 : 0);
      check([...needed, ...routes]);
    });

    test(`the_rules_of_the_security_groups: ${what}`, () => {
      const rules = all("AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress");
      assert.ok(rules.length >= 5);
      check(rules);
    });

    test(`the_policies_of_its_roles: ${what}`, () => {
      const roles = [executionRole(template), taskRole(template)];
      const policies = all("AWS::IAM::Policy").filter(([, { Properties }]) => named(Properties["Roles"]).some((role) => roles.includes(role)));
      assert.equal(policies.length, 2);
      check(policies);
    });
  }
});
