// The deployer's consent to a page by plain HTTP. A synth needs none; a deployment does.
import { CfnParameter, CfnRule, Fn, type Stack } from "aws-cdk-lib";
import type { Settings } from "./settings.ts";

/** The parameter of a deployment, and its only value. */
const CONSENT = { parameter: "PlainHttp", value: "accepted" } as const;

/** The risk of plain HTTP, in words. */
export const UNENCRYPTED = "tokens and messages travel unencrypted";

/** The ways to deploy a stack whose settings do not decide between HTTPS and plain HTTP. */
export const WAYS_TO_DEPLOY = "To deploy, set certificateArn and pageOrigin for HTTPS. "
  + `Or accept plain HTTP, by plainHttp=true or by --parameters ${CONSENT.parameter}=${CONSENT.value}.`;

/** Returns true if the settings have neither a certificate nor the consent to plain HTTP. */
export function lacksConsent({ certificateArn, plainHttp }: Settings): boolean {
  return certificateArn === undefined && !plainHttp;
}

/** Adds a parameter that has no default, so that a deployment without the consent fails. */
export function askForConsent(stack: Stack): void {
  const parameter = new CfnParameter(stack, CONSENT.parameter, {
    description: `The page is served by plain HTTP: ${UNENCRYPTED}, and everybody on the way can read them. `
      + `The value "${CONSENT.value}" accepts that. The setting certificateArn avoids it: the page is then served by HTTPS.`,
    allowedValues: [CONSENT.value],
  });
  // The rule uses the parameter: cfn-lint warns of one that nothing uses.
  new CfnRule(stack, "PlainHttpIsAccepted", {
    assertions: [{ assert: Fn.conditionEquals(parameter.valueAsString, CONSENT.value), assertDescription: WAYS_TO_DEPLOY }],
  });
}
