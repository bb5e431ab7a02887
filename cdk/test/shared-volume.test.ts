// Tests of the five security layers of the blog post, each by itself.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { contract, posixUser } from "../lib/contract.ts";
import { accessPointIn, allowing, allStatements, covers, executionRole, inferenceRole, statementsOfRole, taskRole, writerRole } from "./permissions.ts";
import { inferenceFunction, list, mentions, only, resources, synthesize, writerFunction } from "./synthesized.ts";

const owner = posixUser(contract.users.writer);
const reader = posixUser(contract.users.reader);
const classifier = posixUser(contract.users.inference);
const { template } = synthesize();
const fileSystem = only(template, "AWS::EFS::FileSystem").Properties;
const task = only(template, "AWS::ECS::TaskDefinition").Properties;
const writer = writerFunction(template)[1].Properties;
const inference = inferenceFunction(template)[1].Properties;
const { users, paths } = contract;

const WALL = paths.access_point;
const PICTURES = paths.inference_access_point;
const UPLOADS = `${PICTURES}/${paths.uploads}`;

/** Returns the access point that acts as a user at a path. */
function accessPointOf(user: string, path: string): string {
  const found = resources(template, "AWS::EFS::AccessPoint")
    .filter(([, { Properties }]) => Properties["PosixUser"].Uid === user && Properties["RootDirectory"].Path === path);
  assert.equal(found.length, 1, `one access point acts as uid ${user} at ${path}`);
  return found[0]![0];
}

describe("layer 1, network", () => {
  test("only_the_functions_and_the_tasks_reach_port_2049", () => {
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
    const expected = [...writer["VpcConfig"].SecurityGroupIds, ...inference["VpcConfig"].SecurityGroupIds, ...service];
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

  test("functions_tasks_and_mount_targets_are_in_subnets_without_a_route_from_the_internet", () => {
    const toGateway = resources(template, "AWS::EC2::Route").filter(([, { Properties }]) => "GatewayId" in Properties);
    const tables = toGateway.map(([, { Properties }]) => Properties["RouteTableId"].Ref);
    const publicSubnets = resources(template, "AWS::EC2::SubnetRouteTableAssociation")
      .filter(([, { Properties }]) => tables.includes(Properties["RouteTableId"].Ref))
      .map(([, { Properties }]) => Properties["SubnetId"].Ref);
    assert.equal(publicSubnets.length, 2);
    const inside = [
      ...writer["VpcConfig"].SubnetIds,
      ...inference["VpcConfig"].SubnetIds,
      ...only(template, "AWS::ECS::Service").Properties["NetworkConfiguration"].AwsvpcConfiguration.Subnets,
      ...resources(template, "AWS::EFS::MountTarget").map(([, { Properties }]) => Properties["SubnetId"]),
    ];
    assert.equal(inside.length, 8);
    for (const { Ref } of inside) assert.ok(!publicSubnets.includes(Ref), Ref);
  });
});

describe("layer 2, IAM", () => {
  test("the_task_role_can_mount_twice_and_write_once_and_cannot_be_root", () => {
    const role = taskRole(template);
    assert.equal(allowing(template, role, "elasticfilesystem:ClientMount").length, 2);
    assert.equal(allowing(template, role, "elasticfilesystem:ClientWrite").length, 1);
    assert.deepEqual(allowing(template, role, "elasticfilesystem:ClientRootAccess"), []);
  });

  test("the_function_that_classifies_pictures_can_mount_and_can_neither_write_nor_be_root", () => {
    const role = inferenceRole(template);
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
    assert.ok(about.length >= 6);
    for (const statement of about) {
      assert.ok(!list(statement.Resource).some((resource) => resource === "*"), statement.where);
      assert.equal(statement.NotResource, undefined, statement.where);
      const inRole = statement.Principal === undefined;
      if (inRole) assert.ok(mentions(statement.Resource, resources(template, "AWS::EFS::FileSystem")[0]![0]), statement.where);
    }
  });
});

describe("layer 3, the access point in the policy's condition", () => {
  const mount = "elasticfilesystem:ClientMount", write = "elasticfilesystem:ClientWrite";
  for (
    const [who, role, expected] of [
      ["function that writes the wall", writerRole, [[accessPointOf(owner.uid, WALL), mount, write]]],
      ["function that classifies pictures", inferenceRole, [[accessPointOf(classifier.uid, PICTURES), mount]]],
      ["tasks", taskRole, [[accessPointOf(reader.uid, WALL), mount], [accessPointOf(reader.uid, UPLOADS), mount, write]]],
    ] as const
  ) {
    test(`mounts through its own access points only, and writes through the right one: ${who}`, () => {
      const about = statementsOfRole(template, role(template)).filter((statement) =>
        list(statement.Action).some((action) => action.startsWith("elasticfilesystem"))
      );
      const allowed = about.map(({ Action, Condition }) => {
        assert.deepEqual(Object.keys(Condition ?? {}), ["StringEquals"]);
        assert.deepEqual(Object.keys(Condition!["StringEquals"]!), ["elasticfilesystem:AccessPointArn"]);
        return [accessPointIn(Condition!["StringEquals"]!["elasticfilesystem:AccessPointArn"]), ...list(Action)];
      });
      assert.deepEqual(allowed, expected);
    });
  }
});

describe("layer 4, the path", () => {
  test("nobody_who_mounts_the_wall_sees_models_and_nobody_who_mounts_models_sees_the_wall", () => {
    const roots = resources(template, "AWS::EFS::AccessPoint").map(([, { Properties }]) => Properties["RootDirectory"].Path);
    assert.deepEqual(roots.sort(), [PICTURES, UPLOADS, WALL, WALL].sort());
    assert.ok(!WALL.startsWith(`${PICTURES}/`) && !PICTURES.startsWith(`${WALL}/`) && WALL !== PICTURES);
  });

  test("each_function_mounts_its_access_point_and_the_tasks_that_of_the_wall_and_that_of_pictures", () => {
    const mounted = [writer, inference].map(({ FileSystemConfigs }) =>
      FileSystemConfigs.map(({ Arn, LocalMountPath }: any) => [accessPointIn(Arn), LocalMountPath])
    );
    assert.deepEqual(mounted, [
      [[accessPointOf(owner.uid, WALL), paths.wall_dir]], [[accessPointOf(classifier.uid, PICTURES), paths.inference_dir]],
    ]);
    const ofTasks = task["Volumes"].map(({ EFSVolumeConfiguration }: any) => accessPointIn(EFSVolumeConfiguration.AuthorizationConfig.AccessPointId));
    assert.deepEqual(ofTasks, [accessPointOf(reader.uid, WALL), accessPointOf(reader.uid, UPLOADS)]);
  });

  test("the_tasks_mount_with_iam_and_tls_and_the_wall_read_only", () => {
    for (const { EFSVolumeConfiguration } of task["Volumes"]) {
      assert.equal(EFSVolumeConfiguration.TransitEncryption, "ENABLED");
      assert.equal(EFSVolumeConfiguration.AuthorizationConfig.IAM, "ENABLED");
    }
    assert.equal(task["ContainerDefinitions"].length, 1);
    const [wall, uploads] = task["Volumes"].map(({ Name }: any) => Name);
    assert.deepEqual(task["ContainerDefinitions"][0].MountPoints, [
      { ContainerPath: paths.wall_dir, ReadOnly: true, SourceVolume: wall },
      { ContainerPath: paths.uploads_dir, ReadOnly: false, SourceVolume: uploads },
    ]);
  });
});

describe("layer 5, POSIX", () => {
  test("every_user_is_of_one_group_which_can_only_read", () => {
    const acting = resources(template, "AWS::EFS::AccessPoint").map(([, { Properties }]) => Properties["PosixUser"]);
    const expected = [owner, reader, classifier, reader].map(({ uid, gid }) => [uid, gid]);
    assert.deepEqual(acting.map(({ Uid, Gid }) => [Uid, Gid]).sort(), expected.sort());
    assert.equal(new Set(acting.map(({ Gid }) => Gid)).size, 1);
    assert.equal(new Set(Object.values(users).filter((user) => typeof user === "object" && String(user.gid) === owner.gid).map(({ uid }: any) => uid)).size, 3);
    assert.match(users.directory_mode, /^7[45]0$/);
  });

  test("each_root_belongs_to_its_writer_with_the_mode_of_the_contract_whoever_mounts_first", () => {
    for (const [id, { Properties }] of resources(template, "AWS::EFS::AccessPoint")) {
      const { Path, CreationInfo } = Properties["RootDirectory"];
      const { uid, gid } = Path === UPLOADS ? reader : owner;
      assert.deepEqual(CreationInfo, { OwnerUid: uid, OwnerGid: gid, Permissions: users.directory_mode }, id);
    }
  });

  test("the_function_that_classifies_pictures_owns_nothing", () => {
    const owners = resources(template, "AWS::EFS::AccessPoint").map(([, { Properties }]) => Properties["RootDirectory"].CreationInfo.OwnerUid);
    assert.ok(!owners.includes(classifier.uid));
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
