// Tests of the app as a whole: checks, assets, variants.
import assert from "node:assert/strict";
import { accessSync, constants } from "node:fs";
import { describe, test } from "node:test";
import { messageWall } from "../lib/app.ts";
import { CDK_JSON, context, inferenceFunction, mentions, only, resources, synthesize, synthesizeAgain, writerFunction } from "./synthesized.ts";
import { FILE_SYSTEM, VARIANTS, VPC } from "./variants.ts";

describe("checks", () => {
  for (const [what, settings] of Object.entries(VARIANTS)) {
    test(`cdk_nag_and_template_validation_find_nothing: ${what}`, () => {
      const { pluginReports } = synthesize(settings).report;
      const violations = pluginReports.flatMap(({ violations }) => violations).filter(({ severity }) => severity !== "warning");
      assert.deepEqual(violations, []);
    });
  }

  test("cdk_nag_and_template_validation_are_on", () => {
    const { app } = messageWall({}, { context: context() });
    const plugins = app.policyValidationBeta1.map(({ name }) => name);
    assert.ok(plugins.some((name) => /AwsSolutions|cdk-nag/i.test(name)), plugins.join());
    assert.equal(CDK_JSON.context["@aws-cdk/core:validateAgainstDefaultRules"], true);
  });

  test("the_template_is_the_same_each_time", () => {
    assert.deepEqual(synthesizeAgain().template.toJSON(), synthesize().template.toJSON());
  });
});

describe("assets", () => {
  const { assets, template } = synthesize();

  for (const [name, of] of [["lambda-writer", writerFunction], ["lambda-inference", inferenceFunction]] as const) {
    test(`the_zip_of_${name}_is_built_at_publication_by_an_existing_program`, () => {
      const [zip, ...others] = Object.values<any>(assets.files).filter(({ displayName }) => displayName === name);
      assert.deepEqual(others, []);
      const [program, ...built] = zip.source.executable;
      accessSync(program, constants.X_OK);
      assert.deepEqual(built, [name]);
      const [{ objectKey }] = Object.values<any>(zip.destinations);
      assert.equal(of(template)[1].Properties["Code"].S3Key, objectKey);
    });
  }

  test("the_image_of_the_reader_is_a_target_of_the_dockerfile_for_arm64", () => {
    const [{ source }] = Object.values<any>(assets.dockerImages);
    assert.deepEqual([source.dockerFile, source.dockerBuildTarget, source.platform], ["docker/Dockerfile", "reader", "linux/arm64"]);
  });
});

describe("variants", () => {
  test("without_nat_the_network_has_an_endpoint_for_each_service_that_tasks_call", () => {
    const { template } = synthesize();
    const services = resources(template, "AWS::EC2::VPCEndpoint").map(([, { Properties }]) => JSON.stringify(Properties["ServiceName"]));
    for (const service of ["s3", "ecr.api", "ecr.dkr", "logs", "secretsmanager", "lambda"]) {
      assert.equal(services.filter((name) => name.includes(`.${service}"`)).length, 1, service);
    }
    assert.equal(resources(template, "AWS::EC2::NatGateway").length, 0);
  });

  test("with_nat_there_are_no_interface_endpoints", () => {
    const { template } = synthesize({ natGateways: 1 });
    assert.equal(resources(template, "AWS::EC2::NatGateway").length, 1);
    const types = resources(template, "AWS::EC2::VPCEndpoint").map(([, { Properties }]) => Properties["VpcEndpointType"]);
    assert.deepEqual(types, ["Gateway"]);
  });

  test("an_existing_vpc_gets_security_groups_and_mount_targets_only", () => {
    const { template } = synthesize(VPC);
    for (const type of ["VPC", "Subnet", "VPCEndpoint", "NatGateway"]) assert.equal(resources(template, `AWS::EC2::${type}`).length, 0, type);
    const mounted = resources(template, "AWS::EFS::MountTarget").map(([, { Properties }]) => Properties["SubnetId"]);
    assert.deepEqual(mounted.sort(), VPC.privateSubnetIds.split(","));
    assert.deepEqual(only(template, "AWS::ElasticLoadBalancingV2::LoadBalancer").Properties["Subnets"], VPC.publicSubnetIds.split(","));
  });

  test("an_existing_file_system_gets_four_access_points_and_three_rules_in_its_group", () => {
    const { template } = synthesize({ ...VPC, ...FILE_SYSTEM });
    assert.equal(resources(template, "AWS::EFS::FileSystem").length, 0);
    const points = resources(template, "AWS::EFS::AccessPoint").map(([, { Properties }]) => Properties["FileSystemId"]);
    assert.deepEqual(points, Array(4).fill(FILE_SYSTEM.fileSystemId));
    const rules = resources(template, "AWS::EC2::SecurityGroupIngress").filter(([, { Properties }]) => Properties["GroupId"] === FILE_SYSTEM.fileSystemSecurityGroupId);
    assert.deepEqual(rules.map(([, { Properties }]) => Properties["FromPort"]), [2049, 2049, 2049]);
    const task = only(template, "AWS::ECS::TaskDefinition").Properties;
    const mounted = task["Volumes"].map(({ EFSVolumeConfiguration }: any) => EFSVolumeConfiguration.FilesystemId);
    assert.deepEqual(mounted, Array(2).fill(FILE_SYSTEM.fileSystemId));
  });

  test("two_stacks_in_one_account_have_different_names", () => {
    const green = synthesize({ name: "Green" }).template;
    const functions = resources(green, "AWS::Lambda::Function").map(([, { Properties }]) => Properties["FunctionName"]);
    assert.deepEqual(functions, ["Green", "GreenInference"]);
    assert.equal(only(green, "AWS::Events::EventBus").Properties["Name"], "Green");
    const [writer] = writerFunction(green);
    assert.ok(mentions(only(green, "AWS::ECS::TaskDefinition").Properties["ContainerDefinitions"][0].Environment, writer));
    assert.ok(!JSON.stringify(green.toJSON().Resources).includes("MessageWall-"), "no alarm and no family has the name of the other stack");
  });
});
