// Finds the permissions that a template grants, in policies of every type.
import type { Template } from "aws-cdk-lib/assertions";
import { inferenceFunction, list, mentions, only, resources, writerFunction } from "./synthesized.ts";

/** One statement of a policy, and the logical id of the resource that has it. */
export interface Statement {
  readonly where: string;
  readonly Effect: "Allow" | "Deny";
  readonly Action?: string | string[];
  readonly NotAction?: string | string[];
  readonly Resource?: unknown;
  readonly NotResource?: unknown;
  readonly Principal?: unknown;
  readonly Condition?: Record<string, Record<string, unknown>>;
}

/** Returns every statement in the template, in policies of every type. */
export function allStatements(template: Template): Statement[] {
  const found: Statement[] = [];
  const walk = (value: any, where: string): void => {
    if (value === null || typeof value !== "object") return;
    if (value.Effect === "Allow" || value.Effect === "Deny") found.push({ ...value, where });
    else for (const part of Object.values(value)) walk(part, where);
  };
  for (const [id, resource] of Object.entries(template.toJSON().Resources)) walk(resource, id);
  return found;
}

/** Returns the statements of a role, inline and attached. Throws if it has managed policies, because those are not in the template. */
export function statementsOfRole(template: Template, roleId: string): Statement[] {
  const role = template.findResources("AWS::IAM::Role")[roleId] as any;
  if (list(role.Properties.ManagedPolicyArns).length > 0) throw new Error(`${roleId} has managed policies, which are not in the template`);
  const policies = [
    ...list<any>(role.Properties.Policies).map((policy) => [roleId, policy.PolicyDocument]),
    ...["AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy"].flatMap((type) =>
      resources(template, type)
        .filter(([, { Properties }]) => mentions(Properties["Roles"] ?? Properties["RoleName"], roleId))
        .map(([id, { Properties }]) => [id, Properties["PolicyDocument"]])
    ),
  ];
  return policies.flatMap(([where, document]) => list<Statement>(document.Statement).map((statement) => ({ ...statement, where })));
}

/** Returns true if a statement applies to `action`, by name, by wildcard, or because `NotAction` does not name it. */
export function covers(statement: Statement, action: string): boolean {
  const matches = (pattern: string) =>
    new RegExp(`^${pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*").replaceAll("?", ".")}$`, "i").test(action);
  if (statement.NotAction !== undefined) return !list(statement.NotAction).some(matches);
  return list(statement.Action).some(matches);
}

/** Returns the logical ids of the policies that allow `action` to a role: its own, and that of the file system. */
export function allowing(template: Template, roleId: string, action: string): string[] {
  const fileSystemPolicy = list<Statement>(only(template, "AWS::EFS::FileSystem").Properties["FileSystemPolicy"]?.Statement)
    .map((statement) => ({ ...statement, where: "FileSystemPolicy" }));
  return [...statementsOfRole(template, roleId), ...fileSystemPolicy]
    .filter((statement) => statement.Effect === "Allow" && covers(statement, action))
    .map(({ where }) => where);
}

/** Returns the logical id of `{"Fn::GetAtt": [id, "Arn"]}` or `{"Ref": id}`. */
export function pointsTo(value: any): string {
  const target = value?.["Fn::GetAtt"]?.[0] ?? value?.Ref;
  if (typeof target !== "string") throw new Error(`not a reference: ${JSON.stringify(value)}`);
  return target;
}

/** Returns the logical id of the access point whose ARN, or whose id, a value is. */
export function accessPointIn(value: any): string {
  return pointsTo(value?.["Fn::Join"]?.[1].at(-1) ?? value);
}

/** Returns the role of the tasks. */
export function taskRole(template: Template): string {
  return pointsTo(only(template, "AWS::ECS::TaskDefinition").Properties["TaskRoleArn"]);
}

/** Returns the role that ECS uses to start the tasks. */
export function executionRole(template: Template): string {
  return pointsTo(only(template, "AWS::ECS::TaskDefinition").Properties["ExecutionRoleArn"]);
}

/** Returns the role of the function that writes the wall. */
export function writerRole(template: Template): string {
  return pointsTo(writerFunction(template)[1].Properties["Role"]);
}

/** Returns the role of the function that classifies pictures. */
export function inferenceRole(template: Template): string {
  return pointsTo(inferenceFunction(template)[1].Properties["Role"]);
}
