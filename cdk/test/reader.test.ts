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

function attributes(type: string, name: string): Record<string, string> {
  const pairs = only(template, type).Properties[name] as { Key: string; Value: string }[];
  return Object.fromEntries(pairs.map(({ Key, Value }) => [Key, Value]));
}

describe("task", () => {
  test("it_can_read_the_wall_write_pictures_and_invoke_the_two_functions_and_nothing_else", () => {
    const statements = statementsOfRole(template, taskRole(template));
    const may = statements.map(({ Effect, Action, NotAction }) => [Effect, ...list(Action), ...list(NotAction)]);
    assert.deepEqual(may, [
      ["Allow", "elasticfilesystem:ClientMount"],
      ["Allow", "elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
      ["Allow", "lambda:InvokeFunction"],
    ]);
    const functions = [inferenceFunction(template), writerFunction(template)];
    assert.deepEqual(statements[2]!.Resource, functions.map(([id]) => ({ "Fn::GetAtt": [id, "Arn"] })));
  });

  test("without_posting_from_the_page_it_can_neither_invoke_a_function_nor_write_pictures", () => {
    const silent = synthesize({ pagePosts: false }).template;
    const may = statementsOfRole(silent, taskRole(silent)).flatMap(({ Action }) => list(Action));
    assert.deepEqual(may, ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientMount"]);
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

  test("the_admin_token_comes_from_secrets_manager_and_is_not_in_the_template", () => {
    assert.equal(container.Secrets.length, 1);
    assert.equal(container.Secrets[0].Name, contract.environment.reader.admin_token);
    const [secretId, secret] = resources(template, "AWS::SecretsManager::Secret")[0]!;
    assert.ok(mentions(container.Secrets[0].ValueFrom, secretId));
    assert.ok(secret.Properties["GenerateSecretString"].PasswordLength >= 32);
    assert.ok(!container.Environment.some(({ Name }: any) => Name === contract.environment.reader.admin_token));
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

  test("tasks_accept_connections_of_the_load_balancer_and_announcements_of_the_function_only", () => {
    const [group] = service.Properties["NetworkConfiguration"].AwsvpcConfiguration.SecurityGroups;
    const id = group["Fn::GetAtt"][0];
    assert.deepEqual(list(template.findResources("AWS::EC2::SecurityGroup")[id]!["Properties"].SecurityGroupIngress), []);
    const admitted = resources(template, "AWS::EC2::SecurityGroupIngress").filter(([, { Properties }]) => mentions(Properties["GroupId"], id));
    const loadBalancer = only(template, "AWS::ElasticLoadBalancingV2::LoadBalancer").Properties["SecurityGroups"][0];
    const from = admitted.map(([, { Properties }]) => [Properties["SourceSecurityGroupId"], Properties["FromPort"]]);
    const writer = writerFunction(template)[1].Properties["VpcConfig"].SecurityGroupIds[0];
    assert.deepEqual(from.sort((a, b) => a[1] - b[1]), [[loadBalancer, contract.ports.reader], [writer, contract.ports.internal]]);
  });

  test("the_function_finds_all_tasks_by_one_name", () => {
    const [, { Properties: entry }] = resources(template, "AWS::ServiceDiscovery::Service")[0]!;
    const records = entry["DnsConfig"].DnsRecords;
    assert.deepEqual(records, [{ TTL: 5, Type: "A" }]);
    const name = `${entry["Name"]}.${only(template, "AWS::ServiceDiscovery::PrivateDnsNamespace").Properties["Name"]}`;
    const { Variables } = writerFunction(template)[1].Properties["Environment"];
    assert.equal(Variables[contract.environment.writer.readers], `${name}:${contract.ports.internal}`);
    const internal = container.Environment.find(({ Name }: any) => Name === contract.environment.reader.internal_listen);
    assert.equal(internal.Value, `0.0.0.0:${contract.ports.internal}`);
  });

  test("with_a_certificate_the_page_is_https_only", () => {
    const certificateArn = "arn:aws:acm:eu-west-1:123456789012:certificate/00000000-0000-0000-0000-000000000000";
    const secure = synthesize({ certificateArn }).template;
    const listeners = resources(secure, "AWS::ElasticLoadBalancingV2::Listener").map(([, { Properties }]) => Properties);
    const https = listeners.find(({ Port }) => Port === 443)!;
    assert.deepEqual(https["Certificates"], [{ CertificateArn: certificateArn }]);
    assert.match(https["SslPolicy"], /TLS13/);
    assert.equal(listeners.find(({ Port }) => Port === 80)!["DefaultActions"][0].Type, "redirect");
    assert.equal(listeners.length, 2);
  });

  test("the_page_is_reachable_from_the_ranges_of_pageFrom_only", () => {
    const narrow = synthesize({ pageFrom: "192.0.2.0/24, 198.51.100.7/32" }).template;
    const loadBalancer = only(narrow, "AWS::ElasticLoadBalancingV2::LoadBalancer").Properties["SecurityGroups"][0]["Fn::GetAtt"][0];
    const rules = narrow.findResources("AWS::EC2::SecurityGroup")[loadBalancer]!["Properties"].SecurityGroupIngress;
    assert.deepEqual(rules.map(({ CidrIp, FromPort }: any) => [CidrIp, FromPort]), [["192.0.2.0/24", 80], ["198.51.100.7/32", 80]]);
  });
});
