// The sign-in at the load balancer.
import { SecretValue } from "aws-cdk-lib";
import * as elb from "aws-cdk-lib/aws-elasticloadbalancingv2";
import type { Settings } from "./settings.ts";

/**
 * Returns the action `next`, with a sign-in before it if the settings name a provider of OpenID Connect. The load balancer
 * sends a browser without its cookie to the provider. Health checks do not pass the listener, so they need no sign-in.
 */
export function afterSignIn(settings: Settings, next: elb.ListenerAction): elb.ListenerAction {
  const { oidcIssuer, oidcAuthorizationEndpoint, oidcTokenEndpoint, oidcUserInfoEndpoint, oidcClientId, oidcClientSecretName } = settings;
  if (
    oidcIssuer === undefined || oidcAuthorizationEndpoint === undefined || oidcTokenEndpoint === undefined
    || oidcUserInfoEndpoint === undefined || oidcClientId === undefined || oidcClientSecretName === undefined
  ) return next;
  return elb.ListenerAction.authenticateOidc({
    issuer: oidcIssuer,
    authorizationEndpoint: oidcAuthorizationEndpoint,
    tokenEndpoint: oidcTokenEndpoint,
    userInfoEndpoint: oidcUserInfoEndpoint,
    clientId: oidcClientId,
    // CloudFormation reads the secret during a deployment, so the template does not contain it.
    clientSecret: SecretValue.secretsManager(oidcClientSecretName),
    onUnauthenticatedRequest: elb.UnauthenticatedAction.AUTHENTICATE,
    // The load balancer itself calls the provider, which can have any address.
    allowHttpsOutbound: true,
    next,
  });
}
