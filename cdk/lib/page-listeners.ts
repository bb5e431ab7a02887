// The listeners of the page.
import { Annotations } from "aws-cdk-lib";
import * as elb from "aws-cdk-lib/aws-elasticloadbalancingv2";
import { lacksConsent, UNENCRYPTED, WAYS_TO_DEPLOY } from "./plain-http.ts";
import type { Settings } from "./settings.ts";
import { afterSignIn } from "./sign-in.ts";

/** The port of the page. */
export function pagePort({ certificateArn }: Settings): 80 | 443 {
  return certificateArn === undefined ? 80 : 443;
}

/** Adds the listeners: with a certificate HTTPS, and HTTP that leads there; else HTTP, with a warning. */
export function addListeners(balancer: elb.ApplicationLoadBalancer, readers: elb.ApplicationTargetGroup, settings: Settings): void {
  const port = pagePort(settings);
  const defaultAction = afterSignIn(settings, elb.ListenerAction.forward([readers]));
  if (settings.certificateArn === undefined) {
    balancer.addListener("Http", { port, protocol: elb.ApplicationProtocol.HTTP, open: false, defaultAction });
    Annotations.of(balancer).addWarningV2(
      "MessageWall:NoHttps",
      `The page is served by plain HTTP: ${UNENCRYPTED}. `
        + (lacksConsent(settings) ? WAYS_TO_DEPLOY : "Set certificateArn for HTTPS."),
    );
    return;
  }
  balancer.addListener("Https", {
    port,
    protocol: elb.ApplicationProtocol.HTTPS,
    certificates: [elb.ListenerCertificate.fromArn(settings.certificateArn)],
    sslPolicy: elb.SslPolicy.RECOMMENDED_TLS,
    open: false,
    defaultAction,
  });
  balancer.addRedirect({ open: false });
}
