// Tests of the tasks, the service and the load balancer.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { contract, posixUser } from "../lib/contract.ts";
import { statementsOfRole, taskRole } from "./permissions.ts";
import { inferenceFunction, list, mentions, only, resources, synthesize, writerFunction } from "./synthesized.ts";

const { template } = synthesize();
const task = only(template, "AWS::ECS::TaskDefinition").Properties;
const service = only(template, "AWS::ECS::Service");
const container = task["ContainerDefinitions"][0];

const names = contract.environment.reader;

/** Returns the value of a variable of a container; undefined without it. */
function variable(of: any, name: string): any {
  return of.Environment.find(({ Name }: any) => Name === name)?.Value;
}

function attributes(type: string, name: string): Record<string, string> {
  const pairs = only(template, type).Properties[name] as { Key: string; Value: string }[];
  return Object.fromEntries(pairs.map(({ Key, Value }) => [Key, Value]));
}

describe("task", () => {
  test("it_can_read_wall_and_tokens_write_pictures_and_invoke_the_two_functions_and_nothing_else", () => {
    const statements = statementsOfRole(template, taskRole(template));
    const may = statements.map(({ Effect, Action, NotAction }) => [Effect, ...list(Action), ...list(NotAction)]);
    assert.deepEqual(may, [
      ["Allow", "elasticfilesystem:ClientMount"],
      ["Allow", "elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
      ["Allow", "secretsmanager:GetSecretValue"],
      ["Allow", "lambda:InvokeFunction"],
    ]);
    const secrets = resources(template, "AWS::SecretsManager::Secret");
    assert.deepEqual(statements[2]!.Resource, secrets.map(([id]) => ({ Ref: id })));
    const functions = [inferenceFunction(template), writerFunction(template)];
    assert.deepEqual(statements[3]!.Resource, functions.map(([id]) => ({ "Fn::GetAtt": [id, "Arn"] })));
  });

  test("without_posting_from_the_page_it_can_neither_invoke_a_function_nor_write_pictures", () => {
    const silent = synthesize({ pagePosts: false }).template;
    const may = statementsOfRole(silent, taskRole(silent)).flatMap(({ Action }) => list(Action));
    assert.deepEqual(may, ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientMount", "secretsmanager:GetSecretValue"]);
    const [{ Environment, MountPoints }] = only(silent, "AWS::ECS::TaskDefinition").Properties["ContainerDefinitions"];
    const names = Environment.map(({ Name }: any) => Name);
    const { writer_function, inference_function, uploads_dir } = contract.environment.reader;
    assert.ok(!names.includes(writer_function) && !names.includes(inference_function) && names.includes(uploads_dir), names.join());
    assert.deepEqual(MountPoints.map(({ ReadOnly }: any) => ReadOnly), [true, true]);
  });

  test("it_cannot_write_its_root_file_system_and_has_no_capability", () => {
    assert.equal(container.ReadonlyRootFilesystem, true);
    const { uid, gid } = posixUser(contract.users.reader);
    assert.equal(container.User, `${uid}:${gid}`);
    assert.deepEqual(container.LinuxParameters.Capabilities, { Drop: ["ALL"] });
    assert.equal(service.Properties["EnableExecuteCommand"], false);
  });

  test("its_tokens_are_generated_and_neither_they_nor_a_copy_at_start_are_in_the_template", () => {
    assert.equal(container.Secrets, undefined, "a token that ECS copies at the start of a task stays the old one after a rotation");
    const secrets = Object.fromEntries(resources(template, "AWS::SecretsManager::Secret"));
    assert.equal(Object.keys(secrets).length, 2);
    for (const [id, { Properties }] of Object.entries(secrets)) {
      assert.ok(Properties["GenerateSecretString"].PasswordLength >= 32, id);
      assert.equal(Properties["SecretString"], undefined, id);
    }
    const [, [...parts]] = variable(container, names.tokens_secret)["Fn::Join"];
    assert.deepEqual(parts.map((part: any) => part.Ref === undefined ? part : "Ref"), ["admin=", "Ref", ",poster=", "Ref"]);
    const named = parts.flatMap((part: any) => part.Ref ?? []);
    assert.deepEqual([...named].sort(), Object.keys(secrets).sort());
    const described = named.map((id: string) => secrets[id]!.Properties["Description"]);
    assert.ok(/admin/.test(described[0]) && /post/.test(described[1]), described.join());
    for (const name of [names.admin_token, names.poster_token]) assert.equal(variable(container, name), undefined, name);
  });

  test("posting_needs_the_posters_token_unless_anybody_posts", () => {
    assert.equal(variable(container, names.posters), "token");
    const [open] = only(synthesize({ anybodyPosts: true }).template, "AWS::ECS::TaskDefinition").Properties["ContainerDefinitions"];
    assert.equal(variable(open, names.posters), "anybody");
  });

  test("its_health_check_is_the_subcommand_of_the_reader", () => {
    assert.deepEqual(container.HealthCheck.Command, ["CMD", contract.paths.reader_program, contract.commands.healthcheck]);
  });

  test("its_architecture_is_that_of_the_image", () => {
    assert.equal(task["RuntimePlatform"].CpuArchitecture, "ARM64");
  });
});

describe("service", () => {
  test("tasks_depend_on_every_mount_target", () => {
    for (const [target] of resources(template, "AWS::EFS::MountTarget")) assert.ok(service.DependsOn?.includes(target), target);
  });

  test("a_failed_deployment_is_rolled_back_and_keeps_the_number_of_tasks", () => {
    const { DeploymentCircuitBreaker, MinimumHealthyPercent } = service.Properties["DeploymentConfiguration"];
    assert.deepEqual(DeploymentCircuitBreaker, { Enable: true, Rollback: true });
    assert.equal(MinimumHealthyPercent, 100);
  });

  test("it_scales_between_readerMin_and_readerMax", () => {
    const scaled = synthesize({ readerMin: 3, readerMax: 9 }).template;
    const { MinCapacity, MaxCapacity } = only(scaled, "AWS::ApplicationAutoScaling::ScalableTarget").Properties;
    assert.deepEqual([MinCapacity, MaxCapacity], [3, 9]);
    assert.equal(resources(scaled, "AWS::ApplicationAutoScaling::ScalingPolicy").length, 2);
  });
});

describe("load balancer", () => {
  test("an_event_stream_survives_missing_keep_alives_and_ends_before_the_task_is_killed", () => {
    const idle = Number(attributes("AWS::ElasticLoadBalancingV2::LoadBalancer", "LoadBalancerAttributes")["idle_timeout.timeout_seconds"]);
    assert.ok(idle > 2 * contract.times.keep_alive_s, `${idle} s`);
    const drain = Number(attributes("AWS::ElasticLoadBalancingV2::TargetGroup", "TargetGroupAttributes")["deregistration_delay.timeout_seconds"]);
    assert.ok(drain < container.StopTimeout, `${drain} s to leave, ${container.StopTimeout} s to stop`);
  });

  test("the_health_check_is_the_readiness_of_the_reader", () => {
    assert.equal(only(template, "AWS::ElasticLoadBalancingV2::TargetGroup").Properties["HealthCheckPath"], contract.routes.reader.ready);
  });

  test("tasks_accept_connections_of_the_load_balancer_announcements_of_the_function_and_questions_of_tasks_only", () => {
    const [group] = service.Properties["NetworkConfiguration"].AwsvpcConfiguration.SecurityGroups;
    const id = group["Fn::GetAtt"][0];
    assert.deepEqual(list(template.findResources("AWS::EC2::SecurityGroup")[id]!["Properties"].SecurityGroupIngress), []);
    const admitted = resources(template, "AWS::EC2::SecurityGroupIngress").filter(([, { Properties }]) => mentions(Properties["GroupId"], id));
    const loadBalancer = only(template, "AWS::ElasticLoadBalancingV2::LoadBalancer").Properties["SecurityGroups"][0];
    const from = admitted.map(([, { Properties }]) => JSON.stringify([Properties["SourceSecurityGroupId"], Properties["FromPort"]]));
    const writer = writerFunction(template)[1].Properties["VpcConfig"].SecurityGroupIds[0];
    const expected = [[loadBalancer, contract.ports.reader], [writer, contract.ports.internal], [group, contract.ports.internal]];
    assert.deepEqual(from.sort(), expected.map((rule) => JSON.stringify(rule)).sort());
  });

  test("the_function_and_the_tasks_find_all_tasks_by_one_name", () => {
    const [, { Properties: entry }] = resources(template, "AWS::ServiceDiscovery::Service")[0]!;
    const records = entry["DnsConfig"].DnsRecords;
    assert.deepEqual(records, [{ TTL: 5, Type: "A" }]);
    const name = `${entry["Name"]}.${only(template, "AWS::ServiceDiscovery::PrivateDnsNamespace").Properties["Name"]}`;
    const { Variables } = writerFunction(template)[1].Properties["Environment"];
    assert.equal(Variables[contract.environment.writer.readers], `${name}:${contract.ports.internal}`);
    assert.equal(variable(container, names.readers), `${name}:${contract.ports.internal}`);
    const internal = container.Environment.find(({ Name }: any) => Name === contract.environment.reader.internal_listen);
    assert.equal(internal.Value, `0.0.0.0:${contract.ports.internal}`);
  });
});
