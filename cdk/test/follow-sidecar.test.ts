// Tests of the sidecar in a task of somebody else.
import { App, Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import * as ec2 from "aws-cdk-lib/aws-ec2";
import * as ecs from "aws-cdk-lib/aws-ecs";
import * as efs from "aws-cdk-lib/aws-efs";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { contract } from "../lib/contract.ts";
import { FollowSidecar, type FollowSidecarProps } from "../lib/follow-sidecar.ts";
import { only, resources } from "./synthesized.ts";

const { environment: { follow: names }, paths, ports } = contract;

/** Returns the template of a task with nginx and the sidecar. */
function task(options: Partial<FollowSidecarProps> = {}): Template {
  const stack = new Stack(new App(), "Stack");
  const vpc = new ec2.Vpc(stack, "Vpc");
  const fileSystem = new efs.FileSystem(stack, "FileSystem", { vpc });
  const accessPoint = fileSystem.addAccessPoint("AccessPoint", { path: "/config", posixUser: { uid: "1002", gid: "1001" } });
  const definition = new ecs.FargateTaskDefinition(stack, "Task");
  const application = definition.addContainer("nginx", { image: ecs.ContainerImage.fromRegistry("nginxinc/nginx-unprivileged") });
  FollowSidecar.addTo(definition, {
    from: { fileSystem, accessPoint }, to: "/etc/nginx/conf.d", application, image: ecs.ContainerImage.fromRegistry("follow"), ...options,
  });
  return Template.fromStack(stack);
}

function definition(template: Template): Record<string, any> {
  return only(template, "AWS::ECS::TaskDefinition").Properties;
}

function container(template: Template, name: string): any {
  return definition(template)["ContainerDefinitions"].find(({ Name }: any) => Name === name);
}

function variable(template: Template, name: string): string | undefined {
  return container(template, "follow").Environment.find(({ Name }: any) => Name === name)?.Value;
}

describe("follow sidecar", () => {
  test("it_reads_the_source_by_tls_and_iam_and_the_application_reads_the_target", () => {
    const template = task();
    const [source] = definition(template)["Volumes"];
    const { TransitEncryption, AuthorizationConfig } = source.EFSVolumeConfiguration;
    assert.deepEqual([TransitEncryption, AuthorizationConfig.IAM], ["ENABLED", "ENABLED"]);
    assert.ok(AuthorizationConfig.AccessPointId.Ref.includes("AccessPoint"));
    const mounts = container(template, "follow").MountPoints.map(({ ContainerPath, ReadOnly }: any) => [ContainerPath, ReadOnly]);
    assert.deepEqual(mounts, [[paths.follow_from, true], [paths.follow_to, false]]);
    const [application] = container(template, "nginx").MountPoints;
    assert.deepEqual([application.ContainerPath, application.ReadOnly], ["/etc/nginx/conf.d", true]);
    assert.equal(variable(template, names.from), paths.follow_from);
    assert.equal(variable(template, names.require_mount), paths.follow_from);
  });

  test("the_task_may_mount_the_access_point_and_cannot_write", () => {
    const policies = resources(task(), "AWS::IAM::Policy");
    assert.equal(policies.length, 1);
    const [statement, ...others] = policies[0]![1].Properties["PolicyDocument"].Statement;
    assert.equal(statement.Action, "elasticfilesystem:ClientMount");
    assert.ok(JSON.stringify(statement.Condition).includes("elasticfilesystem:AccessPointArn"));
    assert.deepEqual(others, []);
  });

  test("the_application_starts_when_the_files_are_in_place", () => {
    const template = task();
    const [dependency] = container(template, "nginx").DependsOn;
    assert.deepEqual(dependency, { Condition: "HEALTHY", ContainerName: "follow" });
    const { Command } = container(template, "follow").HealthCheck;
    assert.deepEqual(Command, ["CMD", paths.follow_program, contract.commands.follow_healthcheck]);
  });

  test("it_has_no_capability_and_cannot_write_its_root_file_system", () => {
    const sidecar = container(task(), "follow");
    assert.deepEqual([sidecar.ReadonlyRootFilesystem, sidecar.LinuxParameters.Capabilities.Drop], [true, ["ALL"]]);
  });

  test("it_listens_for_its_task_only_unless_the_function_tells_it", () => {
    const alone = task();
    assert.equal(variable(alone, names.listen), `127.0.0.1:${ports.follow}`);
    assert.equal(container(alone, "follow").PortMappings, undefined);
    const told = task({ toldByFunction: true });
    assert.equal(variable(told, names.listen), `0.0.0.0:${ports.follow}`);
    assert.deepEqual(container(told, "follow").PortMappings, [{ ContainerPort: ports.follow, Protocol: "tcp" }]);
  });

  test("only_a_signal_needs_the_processes_of_the_task", () => {
    const signal = task({ then: "signal:HUP:nginx", user: "101:101" });
    assert.equal(definition(signal)["PidMode"], "task");
    assert.deepEqual([variable(signal, names.then), container(signal, "follow").User], ["signal:HUP:nginx", "101:101"]);
    const request = task({ then: "http:POST:http://127.0.0.1:9090/-/reload", check: "promtool check config {}/prometheus.yml" });
    assert.equal(definition(request)["PidMode"], undefined);
    assert.equal(variable(request, names.check), "promtool check config {}/prometheus.yml");
    assert.equal(variable(task(), names.then), undefined);
  });
});
