// Tests of the doors of the page: HTTPS, addresses, the web ACL, the sign-in, and what the load balancer tells the reader.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Template } from "aws-cdk-lib/assertions";
import { contract } from "../lib/contract.ts";
import { mentions, only, resources, synthesize } from "./synthesized.ts";
import { CERTIFICATE, NO_CERTIFICATE, ORIGIN, SIGN_IN } from "./variants.ts";

const { template } = synthesize();
const plain = synthesize({ plainHttp: true }).template;
const [balancerId, { Properties: balancer }] = resources(template, "AWS::ElasticLoadBalancingV2::LoadBalancer")[0]!;
const names = contract.environment.reader;

/** Returns the listeners by their port. */
function listeners(from: Template): Record<number, Record<string, any>> {
  return Object.fromEntries(
    resources(from, "AWS::ElasticLoadBalancingV2::Listener").map(([, { Properties }]) => [Properties["Port"], Properties]),
  );
}

/** Returns the environment of the reader. */
function environment(from: Template): Record<string, any> {
  const [container] = only(from, "AWS::ECS::TaskDefinition").Properties["ContainerDefinitions"];
  return Object.fromEntries(container.Environment.map(({ Name, Value }: any) => [Name, Value]));
}

/** Returns the rules of the security group of the load balancer, in or out. */
function rules(from: Template, direction: "Ingress" | "Egress"): any[] {
  const group = only(from, "AWS::ElasticLoadBalancingV2::LoadBalancer").Properties["SecurityGroups"][0]["Fn::GetAtt"][0];
  return from.findResources("AWS::EC2::SecurityGroup")[group]!["Properties"][`SecurityGroup${direction}`];
}

describe("HTTPS", () => {
  test("with_a_certificate_the_page_is_https_only", () => {
    const { 443: https, 80: http, ...others } = listeners(template);
    assert.deepEqual(https!["Certificates"], [{ CertificateArn: CERTIFICATE }]);
    assert.match(https!["SslPolicy"], /TLS13/);
    assert.equal(http!["DefaultActions"][0].Type, "redirect");
    assert.deepEqual(others, {});
  });

  test("without_a_certificate_the_page_is_by_plain_http_and_a_synth_warns_of_it", () => {
    for (const settings of [{ plainHttp: true }, NO_CERTIFICATE]) {
      const { template, report, open } = synthesize(settings);
      assert.deepEqual(Object.keys(listeners(template)), ["80"]);
      const warnings = report.pluginReports.flatMap(({ violations }) => violations.map(({ ruleName }) => ruleName));
      assert.ok(warnings.includes("Annotation::MessageWall:NoHttps"), warnings.join());
      assert.match(open, /tokens and messages travel unencrypted/);
    }
  });

  test("a_deployment_without_a_certificate_needs_the_consent_of_the_deployer", () => {
    const { template, open } = synthesize(NO_CERTIFICATE);
    const { Default, AllowedValues, Description } = template.toJSON().Parameters.PlainHttp;
    assert.deepEqual([Default, AllowedValues], [undefined, ["accepted"]], "a value that only the deployer can give");
    assert.match(Description, /tokens and messages travel unencrypted.*certificateArn avoids it/);
    const [{ Assert }] = template.toJSON().Rules.PlainHttpIsAccepted.Assertions;
    assert.deepEqual(Assert, { "Fn::Equals": [{ Ref: "PlainHttp" }, "accepted"] });
    assert.match(open, /\nTo deploy, .*certificateArn.*plainHttp=true.*--parameters PlainHttp=accepted\.$/);
  });

  test("a_certificate_or_plainHttp_decides_and_the_deployment_asks_nothing", () => {
    for (const { template, open } of [synthesize(), synthesize({ plainHttp: true })]) {
      const { Parameters, Rules } = template.toJSON();
      const asked = Object.entries<any>(Parameters).filter(([, { Default }]) => Default === undefined);
      assert.deepEqual([asked, Rules.PlainHttpIsAccepted], [[], undefined]);
      assert.doesNotMatch(open, /To deploy/);
    }
  });
});

describe("addresses", () => {
  test("the_page_is_reachable_from_the_ranges_of_pageFrom_only", () => {
    const reached = (settings: Record<string, unknown>) =>
      rules(synthesize({ pageFrom: "192.0.2.0/24, 198.51.100.7/32", ...settings }).template, "Ingress")
        .map(({ CidrIp, FromPort }) => [CidrIp, FromPort]);
    assert.deepEqual(reached({ plainHttp: true }), [["192.0.2.0/24", 80], ["198.51.100.7/32", 80]]);
    assert.deepEqual(reached({}), [["192.0.2.0/24", 443], ["192.0.2.0/24", 80], ["198.51.100.7/32", 443], ["198.51.100.7/32", 80]]);
  });

  test("the_reader_trusts_the_one_address_that_the_load_balancer_appends", () => {
    const attributes = Object.fromEntries(balancer["LoadBalancerAttributes"].map(({ Key, Value }: any) => [Key, Value]));
    assert.equal(attributes["routing.http.xff_header_processing.mode"], "append");
    assert.equal(attributes["routing.http.xff_client_port.enabled"], "false", "an address without a port");
    assert.equal(environment(template)[names.trusted_proxies], "1");
  });

  test("the_reader_knows_the_origin_of_the_page", () => {
    assert.equal(environment(template)[names.public_origin], ORIGIN);
    const [id] = resources(plain, "AWS::ElasticLoadBalancingV2::LoadBalancer")[0]!;
    const ofBalancer = { "Fn::Join": ["", ["http://", { "Fn::GetAtt": [id, "DNSName"] }]] };
    assert.deepEqual(environment(plain)[names.public_origin], ofBalancer);
    assert.equal(template.toJSON().Outputs.Page.Value, `${ORIGIN}/`);
    assert.deepEqual(template.toJSON().Outputs.LoadBalancer.Value, { "Fn::GetAtt": [balancerId, "DNSName"] });
  });
});

describe("web ACL", () => {
  const acl = only(template, "AWS::WAFv2::WebACL").Properties;
  const [rule] = acl["Rules"];

  test("it_refuses_an_address_that_sends_too_many_requests_in_five_minutes", () => {
    assert.deepEqual([acl["Scope"], acl["DefaultAction"], acl["Rules"].length], ["REGIONAL", { Allow: {} }, 1]);
    assert.deepEqual(rule.Action, { Block: { CustomResponse: { ResponseCode: 429 } } });
    assert.deepEqual(rule.Statement, { RateBasedStatement: { AggregateKeyType: "IP", EvaluationWindowSec: 300, Limit: 2000 } });
  });

  test("it_is_that_of_the_load_balancer", () => {
    const { ResourceArn, WebACLArn } = only(template, "AWS::WAFv2::WebACLAssociation").Properties;
    assert.deepEqual(ResourceArn, { Ref: balancerId });
    assert.ok(mentions(WebACLArn, resources(template, "AWS::WAFv2::WebACL")[0]![0]));
  });

  test("the_setting_is_its_limit_and_zero_turns_it_off", () => {
    const [strict] = only(synthesize({ wafRatePerFiveMinutes: 10 }).template, "AWS::WAFv2::WebACL").Properties["Rules"];
    assert.equal(strict.Statement.RateBasedStatement.Limit, 10);
    const off = synthesize({ wafRatePerFiveMinutes: 0 }).template;
    for (const type of ["WebACL", "WebACLAssociation"]) assert.equal(resources(off, `AWS::WAFv2::${type}`).length, 0, type);
  });

  test("its_alarm_counts_what_the_rule_refuses", () => {
    const alarm = resources(template, "AWS::CloudWatch::Alarm").map(([, { Properties }]) => Properties)
      .find(({ MetricName }) => MetricName === "BlockedRequests")!;
    assert.deepEqual(Object.fromEntries(alarm["Dimensions"].map(({ Name, Value }: any) => [Name, Value])), {
      WebACL: acl["VisibilityConfig"].MetricName,
      Rule: rule.VisibilityConfig.MetricName,
      Region: { Ref: "AWS::Region" },
    });
  });
});

describe("sign-in", () => {
  const signedIn = synthesize(SIGN_IN).template;

  test("by_default_nobody_signs_in_at_the_load_balancer", () => {
    assert.deepEqual(listeners(template)[443]!["DefaultActions"].map(({ Type }: any) => Type), ["forward"]);
    assert.ok(rules(template, "Egress").every(({ CidrIp }) => CidrIp === "127.0.0.1/32"));
  });

  test("it_is_before_the_tasks_on_every_path", () => {
    const [first, second, ...others] = listeners(signedIn)[443]!["DefaultActions"];
    assert.deepEqual([first.Type, second.Type, others], ["authenticate-oidc", "forward", []]);
    assert.ok(first.Order < second.Order);
    assert.equal(first.AuthenticateOidcConfig.OnUnauthenticatedRequest, "authenticate");
    assert.equal(resources(signedIn, "AWS::ElasticLoadBalancingV2::ListenerRule").length, 0, "no path goes another way");
  });

  test("it_has_the_provider_of_the_settings_and_its_secret_is_not_in_the_template", () => {
    const { Issuer, AuthorizationEndpoint, TokenEndpoint, UserInfoEndpoint, ClientId, ClientSecret } =
      listeners(signedIn)[443]!["DefaultActions"][0].AuthenticateOidcConfig;
    const { oidcIssuer, oidcAuthorizationEndpoint, oidcTokenEndpoint, oidcUserInfoEndpoint, oidcClientId, oidcClientSecretName } = SIGN_IN;
    assert.deepEqual(
      [Issuer, AuthorizationEndpoint, TokenEndpoint, UserInfoEndpoint, ClientId],
      [oidcIssuer, oidcAuthorizationEndpoint, oidcTokenEndpoint, oidcUserInfoEndpoint, oidcClientId],
    );
    assert.equal(ClientSecret, `{{resolve:secretsmanager:${oidcClientSecretName}:SecretString:::}}`);
  });

  test("the_load_balancer_reaches_the_provider", () => {
    const out = rules(signedIn, "Egress").filter(({ CidrIp }) => CidrIp === "0.0.0.0/0");
    assert.deepEqual(out.map(({ FromPort, ToPort }) => [FromPort, ToPort]), [[443, 443]]);
  });

  test("health_checks_need_no_sign_in", () => {
    const target = (from: Template) => only(from, "AWS::ElasticLoadBalancingV2::TargetGroup").Properties;
    assert.deepEqual(target(signedIn), target(template));
    const check = (from: Template) => only(from, "AWS::ECS::TaskDefinition").Properties["ContainerDefinitions"][0].HealthCheck;
    assert.deepEqual(check(signedIn), check(template));
  });
});
