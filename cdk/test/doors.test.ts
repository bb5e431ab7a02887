// Compares what a synth says about the openings of the stack with the template.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { Template } from "aws-cdk-lib/assertions";
import { contract } from "../lib/contract.ts";
import { allStatements } from "./permissions.ts";
import { REPOSITORY } from "./programs.ts";
import { CDK_JSON, context, list, only, resources, synthesize } from "./synthesized.ts";
import { HTTPS, NO_CERTIFICATE, VARIANTS } from "./variants.ts";

/** Returns everything in a template that lets in somebody who has no permission of the account. */
function openings(template: Template): string[] {
  const of = (type: string) => resources(template, type);
  const ingress = [
    ...of("AWS::EC2::SecurityGroup").flatMap(([, { Properties }]) => list<any>(Properties["SecurityGroupIngress"])),
    ...of("AWS::EC2::SecurityGroupIngress").map(([, { Properties }]) => Properties),
  ].filter(({ SourceSecurityGroupId }) => SourceSecurityGroupId === undefined);
  const anybody = (principal: any) => principal === "*" || list<unknown>(principal?.AWS).includes("*");
  const api = of("AWS::ApiGatewayV2::Route").filter(([, { Properties }]) => Properties["AuthorizationType"] !== "AWS_IAM");
  return [
    ...ingress.map(({ CidrIp, CidrIpv6, FromPort, ToPort, IpProtocol }) =>
      IpProtocol === "tcp" && FromPort === ToPort ? `port ${FromPort} for ${CidrIp ?? CidrIpv6}` : `${IpProtocol} ${FromPort}-${ToPort}`
    ),
    ...(api.length > 0 ? ["the API for anybody"] : []),
    ...of("AWS::Lambda::Url").map(([id]) => `the address of a function, ${id}`),
    ...of("AWS::Lambda::Permission").filter(([, { Properties }]) => Properties["Principal"] === "*").map(([id]) => `a function, by ${id}`),
    ...allStatements(template).filter(({ Effect, Principal }) => Effect === "Allow" && anybody(Principal)).map(({ where }) => `a policy of ${where}`),
    ...of("AWS::S3::Bucket").filter(([, { Properties }]) => !Properties["PublicAccessBlockConfiguration"]?.BlockPublicPolicy).map(([id]) => `a bucket, ${id}`),
    ...of("AWS::ECS::Service").filter(([, { Properties }]) => Properties["NetworkConfiguration"].AwsvpcConfiguration.AssignPublicIp !== "DISABLED")
      .map(([id]) => `public addresses of ${id}`),
  ].sort();
}

/** Returns the openings that the words name, in the same form. */
function said(words: string): string[] {
  const ports = [...words.matchAll(/port (\d+) for ([\d./]+(?: and [\d./]+)*)/g)];
  return [
    ...ports.flatMap(([, port, ranges = ""]) => ranges.split(" and ").map((range) => `port ${port} for ${range}`)),
    ...(/HTTP API: ANYBODY reads, posts to and clears/.test(words) ? ["the API for anybody"] : []),
  ].sort();
}

/** Returns what the template lets those people do who reach the page, in the words that a synth has to use. */
function expectedOfPage(template: Template): string[] {
  const [container] = only(template, "AWS::ECS::TaskDefinition").Properties["ContainerDefinitions"];
  const variables = Object.fromEntries(container.Environment.map(({ Name, Value }: any) => [Name, Value]));
  const { writer_function, posters } = contract.environment.reader;
  const posting = { token: "posting needs the poster's token", anybody: "they post as well" }[variables[posters] as "token" | "anybody"];
  const forwarding = resources(template, "AWS::ElasticLoadBalancingV2::Listener").map(([, { Properties }]) => Properties)
    .filter(({ DefaultActions }) => DefaultActions.some(({ Type }: any) => Type === "forward"));
  const acls = resources(template, "AWS::WAFv2::WebACL").map(([, { Properties }]) => Properties["Rules"][0].Statement.RateBasedStatement.Limit);
  const { ThrottlingRateLimit, ThrottlingBurstLimit } = only(template, "AWS::ApiGatewayV2::Stage").Properties["DefaultRouteSettings"];
  return [
    ...forwarding.map(({ DefaultActions: [first], Port }) => {
      const signIn = first.AuthenticateOidcConfig?.Issuer;
      assert.ok(signIn === undefined || Port === 443);
      return signIn === undefined ? "    anybody reads" : `only who has signed in at ${signIn} reads`;
    }),
    ...forwarding.map(({ Port }) => `The page, at port ${Port} for`),
    forwarding.some(({ Protocol }) => Protocol === "HTTP") ? "by plain HTTP" : "only leads there",
    variables[writer_function] === undefined ? "nobody posts" : posting,
    acls.length === 0 ? "WAF is off" : `one address may send ${acls[0]} requests in 5 minutes`,
    `${ThrottlingRateLimit} requests a second, and ${ThrottlingBurstLimit} at once`,
    ...(openings(template).includes("the API for anybody") ? [] : ["callers sign with IAM"]),
  ];
}

describe("what is open to the world", () => {
  for (const [what, settings] of Object.entries({ ...VARIANTS, "open wall without inference": { openWall: true, inference: false } })) {
    test(`synth_says_all_of_it_and_no_more: ${what}`, () => {
      const { open, template } = synthesize(settings);
      assert.deepEqual(said(open), openings(template), open);
      for (const words of expectedOfPage(template)) assert.ok(open.includes(words), `"${words}" is missing in:\n${open}`);
      assert.match(open, /^Open to the world:\n[^]*\nNothing else\.(\nTo deploy, .*)?$/);
    });
  }

  test("the_readme_shows_the_words", () => {
    const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
    assert.ok(readme.includes(`\`\`\`\n${synthesize().open}\n\`\`\``), synthesize().open);
  });

  test("an_opening_that_the_words_do_not_name_is_found", () => {
    const { open, template } = synthesize();
    const statement = { Effect: "Allow", Principal: { AWS: "*" }, Action: "s3:GetObject", Resource: "*" };
    const everywhere = { CidrIp: "0.0.0.0/0", IpProtocol: "tcp", FromPort: 2049, ToPort: 2049 };
    for (
      const [type, properties] of [
        ["AWS::EC2::SecurityGroupIngress", everywhere],
        ["AWS::EC2::SecurityGroupIngress", { ...everywhere, CidrIp: undefined, CidrIpv6: "::/0", FromPort: 443, ToPort: 443 }],
        ["AWS::EC2::SecurityGroup", { SecurityGroupIngress: [{ ...everywhere, FromPort: 8080, ToPort: 8081 }] }],
        ["AWS::ApiGatewayV2::Route", { RouteKey: "GET /", AuthorizationType: "NONE" }],
        ["AWS::ApiGatewayV2::Route", { RouteKey: "GET /" }],
        ["AWS::Lambda::Url", { AuthType: "NONE" }],
        ["AWS::Lambda::Permission", { Principal: "*" }],
        ["AWS::S3::BucketPolicy", { PolicyDocument: { Statement: [statement] } }],
        ["AWS::S3::Bucket", {}],
      ] as const
    ) {
      const json = template.toJSON();
      const changed = Template.fromJSON({ ...json, Resources: { ...json.Resources, Added: { Type: type, Properties: properties } } });
      assert.notDeepEqual(said(open), openings(changed), `${type} ${JSON.stringify(properties)}`);
    }
  });
});

describe("the program of the CLI", () => {
  const synth = (settings: Record<string, unknown>, t: { after(end: () => void): void }) => {
    const folder = mkdtempSync(join(tmpdir(), "synth-"));
    t.after(() => rmSync(folder, { recursive: true }));
    const ran = spawnSync(process.execPath, ["--import", "tsx", "bin/messagewall.ts"], {
      cwd: join(REPOSITORY, "cdk"),
      env: { PATH: process.env["PATH"], CDK_OUTDIR: folder, CDK_CONTEXT_JSON: JSON.stringify(settings) },
      encoding: "utf8",
    });
    return { ...ran, folder };
  };

  test("it_says_on_standard_error_what_is_open", (t) => {
    const { status, stderr, stdout } = synth(context({ openWall: true }), t);
    assert.equal(status, 0, stderr);
    assert.ok(stderr.includes(synthesize({ openWall: true }).open), stderr);
    assert.ok(!stdout.includes("Open to the world"));
  });

  test("it_needs_no_settings_and_says_what_a_deployment_needs", (t) => {
    const { status, stderr, folder } = synth(CDK_JSON.context, t);
    assert.equal(status, 0, stderr);
    const { open, template } = synthesize(NO_CERTIFICATE);
    assert.ok(stderr.includes(open), stderr);
    const written = JSON.parse(readFileSync(join(folder, "MessageWall.template.json"), "utf8"));
    assert.deepEqual(written.Parameters, template.toJSON().Parameters);
  });

  test("it_refuses_settings_that_contradict_each_other", (t) => {
    const { status, stderr } = synth({ ...HTTPS, plainHttp: true }, t);
    assert.equal(status, 64, stderr);
    assert.match(stderr, /plainHttp=true contradicts certificateArn/);
    assert.doesNotMatch(stderr, /Open to the world/);
  });
});
