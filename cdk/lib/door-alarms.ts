// The alarms of the doors of the page.
import type { Alarm } from "./alarm.ts";
import type { Metrics } from "./metrics.ts";

/** Returns the alarms of tokens, web ACL and sign-in. */
export function doorAlarms({ reader, refusedRequests, failedSignIns }: Metrics): Alarm[] {
  return [
    {
      id: "TokensRefused",
      meaning: "Readers refused many wrong tokens: somebody guesses, or a token was changed and a program still sends the old one.",
      metric: reader.refusedTokens,
      threshold: 20,
      minutes: 5,
    },
    ...(refusedRequests === undefined ? [] : [{
      id: "RequestsRefused",
      meaning: "WAF refused many requests of addresses that send too many: a flood, or many people behind one address.",
      metric: refusedRequests,
      threshold: 100,
      minutes: 5,
    }]),
    ...(failedSignIns === undefined ? [] : [{
      id: "SignInsFailed",
      meaning: "People could not sign in: the provider refused them, or the load balancer could not reach it.",
      metric: failedSignIns,
      threshold: 5,
      minutes: 5,
    }]),
  ];
}
