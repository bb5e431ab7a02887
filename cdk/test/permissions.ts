// Who may do what, over every route that a template has for it.
import type { Template } from "aws-cdk-lib/assertions";
import { list, mentions, only, resources } from "./synthesized.ts";

/** One statement of a policy, and where it stands. */
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

/** Every statement in the template: attached, inline and resource policies of whatever type, known here or not. */
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

/** The statements of a role: its own, and those of each policy that names it. Fails on managed policies, which hide theirs. */
export function statementsOfRole(template: Template, roleId: string): Statement[] {
  const role = template.findResources("AWS::IAM::Role")[roleId] as any;
  if (list(role.Properties.ManagedPolicyArns).length > 0) throw new Error(`${roleId} has managed policies: what they allow cannot be seen here`);
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

/** Whether a statement is about `action`: named, by wildcard, or by not being excepted. */
export function covers(statement: Statement, action: string): boolean {
  const matches = (pattern: string) =>
    new RegExp(`^${pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*").replaceAll("?", ".")}$`, "i").test(action);
  if (statement.NotAction !== undefined) return !list(statement.NotAction).some(matches);
  return list(statement.Action).some(matches);
}

/** Where the template allows `action` to the role: in its policies, or in the file system's own policy. */
export function allowing(template: Template, roleId: string, action: string): string[] {
  const fileSystemPolicy = list<Statement>(only(template, "AWS::EFS::FileSystem").Properties["FileSystemPolicy"]?.Statement)
    .map((statement) => ({ ...statement, where: "FileSystemPolicy" }));
  return [...statementsOfRole(template, roleId), ...fileSystemPolicy]
    .filter((statement) => statement.Effect === "Allow" && covers(statement, action))
    .map(({ where }) => where);
}

/** The logical id that `{"Fn::GetAtt": [id, "Arn"]}` or `{"Ref": id}` points to. */
export function pointsTo(value: any): string {
  const target = value?.["Fn::GetAtt"]?.[0] ?? value?.Ref;
  if (typeof target !== "string") throw new Error(`not a reference: ${JSON.stringify(value)}`);
  return target;
}

/** The role of the tasks. */
export function taskRole(template: Template): string {
  return pointsTo(only(template, "AWS::ECS::TaskDefinition").Properties["TaskRoleArn"]);
}

/** The role that ECS uses for the tasks. */
export function executionRole(template: Template): string {
  return pointsTo(only(template, "AWS::ECS::TaskDefinition").Properties["ExecutionRoleArn"]);
}

/** The role of the function. */
export function writerRole(template: Template): string {
  return pointsTo(only(template, "AWS::Lambda::Function").Properties["Role"]);
}
