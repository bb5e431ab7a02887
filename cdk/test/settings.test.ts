// Tests of the settings and of their error messages.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { contract } from "../lib/contract.ts";
import { RETENTION } from "../lib/dead-letter-queue.ts";
import { readSettings, SettingsError, variableOf } from "../lib/read-settings.ts";
import { SETTING_NAMES } from "../lib/settings.ts";
import { CERTIFICATE, HTTPS, KEY, ORIGIN, SIGN_IN } from "./variants.ts";

const VPC = {
  vpcId: "vpc-01234567",
  privateSubnetIds: "subnet-01234560,subnet-01234561",
  publicSubnetIds: "subnet-01234562,subnet-01234563",
};

function read(context: Record<string, unknown>, environment: Record<string, string> = {}) {
  return readSettings((name) => context[name], environment);
}

function problems(context: Record<string, unknown>, environment: Record<string, string> = {}): readonly string[] {
  try {
    read(context, environment);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

describe("settings", () => {
  test("without_any_setting_the_defaults_apply", () => {
    const settings = read({});
    assert.deepEqual(
      [settings.name, settings.natGateways, settings.throughput, settings.openWall, settings.keepData, settings.readerMin],
      [contract.functions.writer, 0, "elastic", false, true, 2],
    );
    assert.deepEqual(
      [settings.anybodyPosts, settings.wafRatePerFiveMinutes, settings.reservedConcurrency, settings.inferenceReservedConcurrency],
      [false, 2000, 20, 5],
    );
  });

  test("context_overrides_the_environment_and_both_override_the_default", () => {
    assert.equal(read({}, { MESSAGEWALL_NAT_GATEWAYS: "1" }).natGateways, 1);
    assert.equal(read({ natGateways: 2 }, { MESSAGEWALL_NAT_GATEWAYS: "1" }).natGateways, 2);
  });

  test("context_values_can_be_text_or_json", () => {
    assert.equal(read({ openWall: "true" }).openWall, true);
    assert.equal(read({ openWall: true }).openWall, true);
    assert.equal(read({ reservedConcurrency: 0 }).reservedConcurrency, 0);
    assert.equal(read({ reservedConcurrency: "none" }).reservedConcurrency, "none");
  });

  test("an_empty_variable_is_ignored", () => {
    assert.equal(read({}, { MESSAGEWALL_ALARM_EMAIL: "" }).alarmEmail, undefined);
  });

  test("all_bad_values_are_reported_at_once_with_name_value_and_expectation", () => {
    assert.deepEqual(problems({ natGateways: "many", openWall: "yes" }, { MESSAGEWALL_THROUGHPUT: "fast" }), [
      'natGateways (context) is "many": it must be a whole number from 0 to 2',
      'MESSAGEWALL_THROUGHPUT (environment) is "fast": it must be one of elastic, bursting, provisioned',
      'openWall (context) is "yes": it must be true or false',
    ]);
  });

  test("a_variable_that_is_no_setting_is_reported", () => {
    assert.deepEqual(problems({}, { MESSAGEWALL_OPENWALL: "true" }), ["MESSAGEWALL_OPENWALL (environment) is not a setting"]);
  });

  for (
    const [name, bad] of Object.entries({
      name: "Message Wall", vpcId: "my-vpc", privateSubnetIds: "subnet-01234567", publicSubnetIds: "a,b", fileSystemId: "efs-1", fileSystemSecurityGroupId: "default", natGateways: -1,
      throughput: "max", provisionedMibps: 0, keepData: 1, openWall: "TRUE", pagePosts: "on", pageFrom: "10.0.0.0/33",
      certificateArn: "arn:aws:iam::1:server-certificate/x", reservedConcurrency: 1.5, writerMemoryMb: 64, writerTimeoutSeconds: 60,
      retryWindow: "15d", readerCpu: "1 vCPU", readerMemoryMib: 1, readerMin: 0, readerMax: 101, watchIntervalMs: 1, logDays: 31, alarmEmail: "ann",
      runbookUrl: "the wiki", configParameter: "/wall/", configParameterKeyArn: "alias/wall", configObject: "s3://walls", configObjectKeyArn: "wall",
      configAppConfig: "wall/production/config", files: "app.yaml", filesKeyArn: "alias/files", followers: "app.internal", followersSecurityGroupId: "sg-1", reconcile: "rate(15)", commandQueue: "lifo", commandBatch: 1001, commandTopic: "yes",
      inference: "maybe", inferenceMemoryMb: 128, inferenceReservedConcurrency: -1, inferenceProvisionedConcurrency: "all", inferenceFetchAllow: "https://example.com/",
      anybodyPosts: "all", plainHttp: "yes", pageOrigin: "wall.example.org", wafRatePerFiveMinutes: 9, oidcIssuer: "signin.example.org", oidcAuthorizationEndpoint: "http://a/b",
      oidcTokenEndpoint: "https://a", oidcUserInfoEndpoint: "/userInfo", oidcClientId: "the wall", oidcClientSecretName: CERTIFICATE,
    })
  ) {
    test(`a_bad_${name}_is_refused_by_name`, () => {
      const [first = ""] = problems({ [name]: bad });
      assert.ok(first.startsWith(`${name} (context) is "${bad}": it must be `), first);
    });
  }

  test("a_retry_window_is_a_duration_and_its_default_is_the_retention_of_the_dead_letter_queue", () => {
    assert.equal(read({}).retryWindow, `${RETENTION.toDays()}d`);
    for (const good of ["1s", "90m", "24h", "14d", "336h"]) assert.equal(read({ retryWindow: good }).retryWindow, good);
    for (const bad of ["0s", "337h", "24", "24 h", "1w", "-1h", "1.5h", "forever"]) {
      assert.deepEqual(problems({ retryWindow: bad }), [
        `retryWindow (context) is "${bad}": it must be a duration from 1s to 14d, such as 24h`,
      ]);
    }
  });

  for (
    const [name, good, bad] of [
      ["configParameter", ["/messagewall/config", "wall", "/a/b.c/d_e-f"], ["/wall/", "wall/config", "/wall config", "/aws/wall", "ssm-wall", `/${"a/".repeat(15)}b`, "arn:aws:ssm:eu-west-1:123456789012:parameter/x"]],
      ["configObject", ["s3://walls/wall.yaml", "s3://my.walls/a b/é.json"], ["walls/wall.yaml", "s3://walls/", "s3://Walls/x", "s3://walls/*", "s3://walls/wall?", "s3://walls/${x}", "s3://walls/a\nb"]],
      ["configAppConfig", ["abc1234/def5678/ghi9012"], ["abc1234/def5678", "abc1234/def5678/ghi9012/x", "abc1234//ghi9012", "Wall/prod/config"]],
      ["inferenceFetchAllow", ["*", "upload.wikimedia.org", "*.example.com, 10.0.0.5:8080", "[::1]:80"], ["https://example.com", "a b", ",", "a,", "a/b"]],
      ["pageOrigin", ["http://wall.example.org", "http://wall", "http://192.0.2.1:8080"], ["http://Wall.example.org", "http://wall.example.org/", "http://", "http://wall/x", "ftp://wall", "http://-wall"]],
      ["reconcile", ["off", "rate(1 minute)", "rate(15 minutes)", "rate(2 days)"], ["rate(0 minutes)", "rate(15 seconds)", "cron(0 * * * ? *)", "15 minutes", "on"]],
    ] as const
  ) {
    test(`${name}_accepts_what_aws_accepts_and_nothing_else`, () => {
      const rest = { reconcile: { configParameter: "/wall" }, inferenceFetchAllow: { natGateways: 1 } }[name as string] ?? {};
      for (const value of good) assert.equal(read({ ...rest, [name]: value })[name], value);
      for (const value of bad) assert.equal(problems({ ...rest, [name]: value }).length, 1, value);
    });
  }

  test("files_are_names_with_their_sources", () => {
    const good = ["app.yaml=s3://releases/app/app.yaml", "hosts=ssm:/app/hosts", "x-1_2=ssm:hosts"];
    assert.deepEqual(read({ files: good.join(", ") }).files, good);
    for (const bad of ["app.yaml", "=ssm:/a", ".a=ssm:/a", "a/b=ssm:/a", "a=ssm:", "a=/a", "a=s3://b", "a=ssm:/a,", "a=arn:aws:s3:::b/c"]) {
      assert.equal(problems({ files: bad }).length, 1, bad);
    }
    assert.deepEqual(problems({ files: Array.from({ length: 21 }, (_, n) => `f${n}=ssm:/f${n}`).join() }).length, 1);
  });

  test("followers_are_hosts_with_ports_and_each_bad_one_is_named", () => {
    const followersSecurityGroupId = "sg-01234567";
    const good = ["app.internal:8082", "10.0.0.7:1", "follow_1:65535", `${"a".repeat(63)}.internal:80`];
    assert.deepEqual(read({ followersSecurityGroupId, followers: good.join(", ") }).followers, good);
    const faults = (followers: string) => {
      const [first = "", ...others] = problems({ followersSecurityGroupId, followers });
      assert.deepEqual(others, []);
      const before = `followers (context) is "${followers}": it must be hosts with ports such as app.internal:8082, with commas between, 20 at most; `;
      assert.ok(first.startsWith(before), first);
      return first.slice(before.length);
    };
    for (const bad of ["app", "app:", "app:0", "app:65536", "app:+1", "app:1.5", "app:http"]) assert.equal(faults(bad), `"${bad}" has no port from 1 to 65535`);
    for (const bad of [":80", "a b:80", "http://a:80", "-a:80", "a..b:80", "999.1.1.1:80", "10.1:80", "[::1]:80", `${"a".repeat(64)}:80`, `${"a.".repeat(127)}a:80`]) {
      assert.equal(faults(bad), `"${bad}" has no host name or IPv4 address`);
    }
    assert.equal(faults("a:1,b,:2,"), '"b" has no port from 1 to 65535; ":2" has no host name or IPv4 address; "" has no port from 1 to 65535');
    assert.equal(faults(Array.from({ length: 21 }, (_, n) => `app${n}:80`).join()), "these are 21");
  });

  for (
    const [what, context] of Object.entries({
      "provisioned throughput without an amount": { throughput: "provisioned" },
      "an amount without provisioned throughput": { provisionedMibps: 10 },
      "a VPC without its subnets": { vpcId: VPC.vpcId },
      "subnets of unequal number": { ...VPC, publicSubnetIds: `${VPC.publicSubnetIds},subnet-01234564` },
      "a file system without its VPC": { fileSystemId: "fs-01234567", fileSystemSecurityGroupId: "sg-01234567" },
      "a file system without its group": { ...VPC, fileSystemId: "fs-01234567" },
      "a group without its file system": { ...VPC, fileSystemSecurityGroupId: "sg-01234567" },
      "NAT in an existing VPC": { ...VPC, natGateways: 1 },
      "fewer tasks at most than at least": { readerMin: 5, readerMax: 2 },
      "a key without its parameter": { configParameterKeyArn: KEY },
      "a key without its object": { configObjectKeyArn: KEY, configParameter: "/wall" },
      "a key without its files": { filesKeyArn: KEY, configParameter: "/wall" },
      "a file twice": { files: "a=ssm:/a,a=ssm:/b" },
      "a source twice": { files: "a=ssm:/a,b=ssm:/a" },
      "followers without their group": { followers: "app.internal:8082" },
      "a group without its followers": { followersSecurityGroupId: "sg-01234567" },
      "a schedule without a document": { reconcile: "rate(1 hour)" },
      "large batches without a queue": { commandBatch: 11 },
      "large batches of a FIFO queue": { commandBatch: 11, commandQueue: "fifo" },
      "a queue for one environment": { commandQueue: "standard", reservedConcurrency: 1 },
      "more environments of the classifier provisioned than reserved": { inferenceProvisionedConcurrency: 2, inferenceReservedConcurrency: 1 },
      "fetching pictures without a way to the internet": { inferenceFetchAllow: "*" },
      "a certificate for plain HTTP": { ...HTTPS, plainHttp: true },
      "a certificate without the origin that it names": { certificateArn: CERTIFICATE },
      "an origin of plain HTTP with a certificate": { ...HTTPS, pageOrigin: "http://wall.example.org" },
      "an origin of HTTPS without a certificate": { pageOrigin: ORIGIN },
      "anybody posts on a read-only page": { anybodyPosts: true, pagePosts: false },
      "half a sign-in": { ...HTTPS, ...SIGN_IN, oidcTokenEndpoint: "" },
      "a sign-in by plain HTTP": SIGN_IN,
      "reserved concurrency without inference": { inference: false, inferenceReservedConcurrency: 1 },
      "provisioned concurrency without inference": { inference: false, inferenceProvisionedConcurrency: 1 },
      "fetching pictures without inference": { inference: false, inferenceFetchAllow: "*", natGateways: 1 },
    })
  ) {
    test(`refused: ${what}`, () => assert.equal(problems(context).length, 1));
  }

  test("a_certificate_and_plain_http_are_no_duties_of_a_synth", () => {
    for (const context of [{}, { plainHttp: false }, { plainHttp: true }, HTTPS]) assert.deepEqual(problems(context), []);
  });

  test("settings_that_contradict_each_other_are_reported_beside_bad_values", () => {
    assert.deepEqual(problems({ natGateways: "many", readerMin: 5, readerMax: 2, provisionedMibps: 10 }), [
      'natGateways (context) is "many": it must be a whole number from 0 to 2',
      "provisionedMibps needs throughput=provisioned",
      "readerMax must not be less than readerMin",
    ]);
    assert.equal(problems({ readerMin: "many", readerMax: 1 }).length, 1, "a bad value contradicts nothing");
  });

  test("the_readme_lists_every_setting", () => {
    const rows = readFileSync(new URL("../README.md", import.meta.url), "utf8").split("\n").filter((line) => line.startsWith("| `"));
    const listed = rows.flatMap((row) => [...row.split("|")[1]!.matchAll(/`(\w+)`/g)].map(([, name]) => name));
    for (const name of SETTING_NAMES) assert.ok(listed.includes(name), name);
  });

  test("each_setting_has_a_variable_of_its_own", () => {
    assert.equal(new Set(SETTING_NAMES.map(variableOf)).size, SETTING_NAMES.length);
  });
});
