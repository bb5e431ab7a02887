// The openings of a stack to the world, in words.
import { pagePort } from "./page-listeners.ts";
import { lacksConsent, UNENCRYPTED, WAYS_TO_DEPLOY } from "./plain-http.ts";
import type { Settings } from "./settings.ts";
import { WAF_WINDOW } from "./web-acl.ts";
import { API_THROTTLE } from "./writer-api.ts";

/**
 * Returns in words all that a stack with these settings opens to the world, and what its deployment still needs.
 * bin/messagewall.ts prints it at every synth, and test/doors.test.ts looks for openings of the template that are not in it.
 */
export function openToTheWorld(settings: Settings): string {
  return ["Open to the world:", ...page(settings), ...api(settings), "Nothing else.", ...needed(settings)].join("\n");
}

function page(settings: Settings): string[] {
  const from = settings.pageFrom.join(" and ");
  const port = pagePort(settings);
  const { oidcIssuer, wafRatePerFiveMinutes: rate } = settings;
  const readers = oidcIssuer === undefined ? "anybody" : `only who has signed in at ${oidcIssuer}`;
  return [
    `  The page, at port ${port} for ${from}${port === 80 ? ", by plain HTTP" : `; port 80 for ${from} only leads there`}:`,
    ...(port === 80 ? [`    ${UNENCRYPTED};`] : []),
    `    ${readers} reads the wall, its configuration and its status;`,
    `    ${posting(settings)};`,
    rate === 0
      ? "    WAF is off: nothing limits the requests of one address before they reach the tasks."
      : `    one address may send ${rate} requests in ${WAF_WINDOW.toMinutes()} minutes.`,
  ];
}

function posting({ pagePosts, anybodyPosts }: Settings): string {
  if (!pagePosts) return "nobody posts or changes anything";
  const who = anybodyPosts ? "they post as well" : "posting needs the poster's token";
  return `${who}; removing messages, clearing and changing the configuration need the admin's token`;
}

function api({ openWall, inference }: Settings): string[] {
  const { rateLimit, burstLimit } = API_THROTTLE;
  const who = openWall
    ? `ANYBODY reads, posts to and clears the wall${inference ? ", and classifies pictures" : ""}`
    : "callers sign with IAM";
  return [`  The HTTP API: ${who}; all callers together may send ${rateLimit} requests a second, and ${burstLimit} at once.`];
}

function needed(settings: Settings): string[] {
  return lacksConsent(settings) ? [WAYS_TO_DEPLOY] : [];
}
