// Tests of the five security layers of the blog post, each by itself.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { contract, posixUser } from "../lib/contract.ts";
import { allowing, allStatements, covers, executionRole, statementsOfRole, taskRole, writerRole } from "./permissions.ts";
import { list, mentions, only, resources, synthesize } from "./synthesized.ts";

const owner = posixUser(contract.users.writer);
const reader = posixUser(contract.users.reader);
const { template } = synthesize();
const fileSystem = only(template, "AWS::EFS::FileSystem").Properties;
const task = only(template, "AWS::ECS::TaskDefinition").Properties;
const writer = only(template, "AWS::Lambda::Function").Properties;

function accessPointOf(user: string): string {
  const found = resources(template, "AWS::EFS::AccessPoint").filter(([, { Properties }]) => Properties["PosixUser"].Uid === user);
  assert.equal(found.length, 1, `one access point acts as uid ${user}`);
  return found[0]![0];
}

describe("layer 1, network", () => {
  test("only_the_function_and_the_tasks_reach_port_2049", () => {
    const guarded = resources(template, "AWS::EFS::MountTarget").flatMap(([, { Properties }]) => Properties["SecurityGroups"]);
    assert.ok(guarded.length > 0);
    const [group] = new Set(guarded.map((reference) => JSON.stringify(reference)));
    assert.equal(new Set(guarded.map((reference) => JSON.stringify(reference))).size, 1, "one group guards all mount targets");
    const guard = JSON.parse(group!)["Fn::GetAtt"][0];
    const inline = list(template.findResources("AWS::EC2::SecurityGroup")[guard]!["Properties"].SecurityGroupIngress);
    assert.deepEqual(inline, [], "the group has no rule for addresses");
    const admitted = resources(template, "AWS::EC2::SecurityGroupIngress").filter(([, { Properties }]) => mentions(Properties["GroupId"], guard));
    for (const [id, { Properties }] of admitted) {
      assert.deepEqual([Properties["IpProtocol"], Properties["FromPort"], Properties["ToPort"]], ["tcp", 2049, 2049], id);
      assert.ok("SourceSecurityGroupId" in Properties, `${id} admits a group`);
    }
    const service = only(template, "AWS::ECS::Service").Properties["NetworkConfiguration"].AwsvpcConfiguration.SecurityGroups;
    const expected = [...writer["VpcConfig"].SecurityGroupIds, ...service];
    const sources = admitted.map(([, { Properties }]) => Properties["SourceSecurityGroupId"]);
    const sorted = (references: unknown[]) => references.map((reference) => JSON.stringify(reference)).sort();
    assert.deepEqual(sorted(sources), sorted(expected));
  });

  test("every_group_has_an_egress_rule_so_that_ec2_adds_none", () => {
    for (const [id, { Properties }] of resources(template, "AWS::EC2::SecurityGroup")) {
      const rules = list<any>(Properties["SecurityGroupEgress"]);
      assert.ok(rules.length > 0, id);
      const everywhere = rules.filter(({ CidrIp }) => CidrIp === "0.0.0.0/0");
      assert.ok(everywhere.every(({ FromPort, ToPort }) => FromPort === 443 && ToPort === 443), `${id}: everywhere on 443 at most`);
    }
  });

  test("function_tasks_and_mount_targets_are_in_subnets_without_a_route_from_the_internet", () => {
    const toGateway = resources(template, "AWS::EC2::Route").filter(([, { Properties }]) => "GatewayId" in Properties);
    const tables = toGateway.map(([, { Properties }]) => Properties["RouteTableId"].Ref);
    const publicSubnets = resources(template, "AWS::EC2::SubnetRouteTableAssociation")
      .filter(([, { Properties }]) => tables.includes(Properties["RouteTableId"].Ref))
      .map(([, { Properties }]) => Properties["SubnetId"].Ref);
    assert.equal(publicSubnets.length, 2);
    const inside = [
      ...writer["VpcConfig"].SubnetIds,
      ...only(template, "AWS::ECS::Service").Properties["NetworkConfiguration"].AwsvpcConfiguration.Subnets,
      ...resources(template, "AWS::EFS::MountTarget").map(([, { Properties }]) => Properties["SubnetId"]),
    ];
    assert.equal(inside.length, 6);
    for (const { Ref } of inside) assert.ok(!publicSubnets.includes(Ref), Ref);
  });
});

describe("layer 2, IAM", () => {
  test("the_task_role_can_mount_and_can_neither_write_nor_be_root", () => {
    const role = taskRole(template);
    assert.equal(allowing(template, role, "elasticfilesystem:ClientMount").length, 1);
    assert.deepEqual(allowing(template, role, "elasticfilesystem:ClientWrite"), []);
    assert.deepEqual(allowing(template, role, "elasticfilesystem:ClientRootAccess"), []);
  });

  test("the_execution_role_has_no_permission_on_the_file_system", () => {
    for (const action of ["ClientMount", "ClientWrite", "ClientRootAccess"]) {
      assert.deepEqual(allowing(template, executionRole(template), `elasticfilesystem:${action}`), []);
    }
  });

  test("the_function_can_mount_and_write_and_cannot_be_root", () => {
    const role = writerRole(template);
    assert.equal(allowing(template, role, "elasticfilesystem:ClientMount").length, 1);
    assert.equal(allowing(template, role, "elasticfilesystem:ClientWrite").length, 1);
    assert.deepEqual(allowing(template, role, "elasticfilesystem:ClientRootAccess"), []);
  });

  test("the_policy_of_the_file_system_only_denies", () => {
    const statements = fileSystem["FileSystemPolicy"].Statement;
    assert.deepEqual(statements.map(({ Effect }: { Effect: string }) => Effect), ["Deny", "Deny"]);
  });

  test("the_policy_of_the_file_system_denies_access_without_tls_and_root_access", () => {
    const [withoutTls, root] = fileSystem["FileSystemPolicy"].Statement;
    assert.deepEqual(withoutTls.Condition, { Bool: { "aws:SecureTransport": "false" } });
    assert.deepEqual(withoutTls.Principal, { AWS: "*" });
    for (const action of ["ClientMount", "ClientWrite", "ClientRootAccess"]) {
      assert.ok(covers(withoutTls, `elasticfilesystem:${action}`), action);
    }
    assert.deepEqual(root.Principal, { AWS: "*" });
    assert.equal(root.Condition, undefined);
    assert.ok(covers(root, "elasticfilesystem:ClientRootAccess"));
  });

  test("every_statement_about_the_file_system_names_it", () => {
    const about = allStatements(template).filter((statement) =>
      list(statement.Action).some((action) => action.startsWith("elasticfilesystem") || action === "*") || statement.NotAction !== undefined
    );
    assert.ok(about.length >= 4);
    for (const statement of about) {
      assert.ok(!list(statement.Resource).some((resource) => resource === "*"), statement.where);
      assert.equal(statement.NotResource, undefined, statement.where);
      const inRole = statement.Principal === undefined;
      if (inRole) assert.ok(mentions(statement.Resource, resources(template, "AWS::EFS::FileSystem")[0]![0]), statement.where);
    }
  });
});

describe("layer 3, the access point in the policy's condition", () => {
  for (const [who, role, user] of [["function", writerRole, owner.uid], ["tasks", taskRole, reader.uid]] as const) {
    test(`the_${who}_mount_through_their_own_access_point_only`, () => {
      const about = statementsOfRole(template, role(template)).filter((statement) =>
        list(statement.Action).some((action) => action.startsWith("elasticfilesystem"))
      );
      assert.equal(about.length, 1);
      const arn = about[0]!.Condition?.["StringEquals"]?.["elasticfilesystem:AccessPointArn"];
      assert.ok(mentions(arn, accessPointOf(user)), JSON.stringify(about[0]!.Condition));
    });
  }
});

describe("layer 4, the path", () => {
  test("both_access_points_show_the_same_directory_and_nothing_above_it", () => {
    for (const [id, { Properties }] of resources(template, "AWS::EFS::AccessPoint")) {
      assert.equal(Properties["RootDirectory"].Path, contract.paths.access_point, id);
    }
  });

  test("the_function_mounts_the_writers_access_point_and_the_tasks_the_readers", () => {
    assert.equal(writer["FileSystemConfigs"].length, 1);
    assert.ok(mentions(writer["FileSystemConfigs"][0].Arn, accessPointOf(owner.uid)));
    const [volume, ...others] = task["Volumes"];
    assert.deepEqual(others, []);
    assert.ok(mentions(volume.EFSVolumeConfiguration.AuthorizationConfig.AccessPointId, accessPointOf(reader.uid)));
  });

  test("the_tasks_mount_read_only_with_iam_and_tls", () => {
    const { EFSVolumeConfiguration } = task["Volumes"][0];
    assert.equal(EFSVolumeConfiguration.TransitEncryption, "ENABLED");
    assert.equal(EFSVolumeConfiguration.AuthorizationConfig.IAM, "ENABLED");
    assert.equal(task["ContainerDefinitions"].length, 1);
    const mounts = task["ContainerDefinitions"][0].MountPoints;
    assert.deepEqual(mounts, [{ ContainerPath: contract.paths.wall_dir, ReadOnly: true, SourceVolume: task["Volumes"][0].Name }]);
  });
});

describe("layer 5, POSIX", () => {
  test("the_function_is_the_owner_and_the_tasks_are_only_of_its_group", () => {
    const users = resources(template, "AWS::EFS::AccessPoint").map(([, { Properties }]) => Properties["PosixUser"]);
    assert.deepEqual(users.map(({ Uid, Gid }) => [Uid, Gid]).sort(), [owner, reader].map(({ uid, gid }) => [uid, gid]).sort());
  });

  test("the_root_belongs_to_the_function_with_the_mode_of_the_contract_whoever_mounts_first", () => {
    for (const [id, { Properties }] of resources(template, "AWS::EFS::AccessPoint")) {
      assert.deepEqual(Properties["RootDirectory"].CreationInfo, { OwnerUid: owner.uid, OwnerGid: owner.gid, Permissions: contract.users.directory_mode }, id);
    }
  });
});

describe("data", () => {
  test("the_file_system_is_encrypted_with_a_rotating_key_of_the_stack", () => {
    assert.equal(fileSystem["Encrypted"], true);
    const [keyId, key] = resources(template, "AWS::KMS::Key")[0]!;
    assert.ok(mentions(fileSystem["KmsKeyId"], keyId));
    assert.equal(key.Properties["EnableKeyRotation"], true);
  });

  test("file_system_and_key_are_kept_unless_keepData_is_false", () => {
    const policies = (from: typeof template) =>
      ["AWS::EFS::FileSystem", "AWS::KMS::Key"].map((type) => (only(from, type) as unknown as { DeletionPolicy: string }).DeletionPolicy);
    assert.deepEqual(policies(template), ["Retain", "Retain"]);
    assert.deepEqual(policies(synthesize({ keepData: false }).template), ["Delete", "Delete"]);
  });

  test("throughput_is_elastic_by_default_and_bursting_or_provisioned_by_setting", () => {
    const mode = (settings: Record<string, unknown>) => {
      const { ThroughputMode, ProvisionedThroughputInMibps } = only(synthesize(settings).template, "AWS::EFS::FileSystem").Properties;
      return [ThroughputMode, ProvisionedThroughputInMibps];
    };
    assert.deepEqual(mode({}), ["elastic", undefined]);
    assert.deepEqual(mode({ throughput: "bursting" }), ["bursting", undefined]);
    assert.deepEqual(mode({ throughput: "provisioned", provisionedMibps: 10 }), ["provisioned", 10]);
  });
});
