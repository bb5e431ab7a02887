// Reads the settings: from CDK's context (`npx cdk deploy -c natGateways=1`, or cdk.json), else from the environment
// (`MESSAGEWALL_NAT_GATEWAYS=1`), else the default. All faults are reported at once.
import type { z } from "zod";
import { SETTING_NAMES, SETTINGS, type Settings } from "./settings.ts";

const PREFIX = "MESSAGEWALL_";

/** A variable of the tests that is no setting. */
const TEST_VARIABLE = "MESSAGEWALL_BIN_DIR";

/** All faults of the settings, one for each line of the message. */
export class SettingsError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`cannot use these settings:\n${problems.map((problem) => `  ${problem}`).join("\n")}`);
    this.name = "SettingsError";
  }
}

/** The text of a setting, and its origin for an error message. */
interface Given {
  readonly text: string;
  readonly origin: string;
}

/** Returns the environment variable of a setting: `MESSAGEWALL_NAT_GATEWAYS` for `natGateways`. */
export function variableOf(name: string): string {
  return `${PREFIX}${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/**
 * Reads all settings. `context` returns the value of a context key, which may be anything that JSON can express.
 *
 * @throws SettingsError with every fault.
 */
export function readSettings(context: (name: string) => unknown, environment: Record<string, string | undefined>): Settings {
  const given = new Map<string, Given>();
  for (const name of SETTING_NAMES) {
    const found = find(name, context, environment);
    if (found !== undefined) given.set(name, found);
  }
  const read = SETTINGS.safeParse(Object.fromEntries([...given].map(([name, { text }]) => [name, text])));
  const problems = [
    ...new Set(read.error?.issues.map((issue) => describe(issue, given))),
    ...unknownVariables(environment).map((name) => `${name} (environment) is not a setting`),
  ];
  if (problems.length > 0 || !read.success) throw new SettingsError(problems);
  return read.data;
}

/** Returns the text of a setting. An empty text is the same as none. */
function find(name: string, context: (name: string) => unknown, environment: Record<string, string | undefined>): Given | undefined {
  const fromContext = context(name);
  const [value, origin] = fromContext === undefined || fromContext === null
    ? [environment[variableOf(name)] ?? "", `${variableOf(name)} (environment)`]
    : [String(fromContext), `${name} (context)`];
  return value === "" ? undefined : { text: value, origin };
}

/** Returns the message of one fault. A rule about several settings names them itself. */
function describe(issue: z.core.$ZodIssue, given: ReadonlyMap<string, Given>): string {
  const setting = given.get(String(issue.path[0]));
  const namesItsSettings = issue.code === "custom" && issue.params?.["namesItsSettings"] === true;
  return setting === undefined || namesItsSettings ? issue.message : `${setting.origin} is "${setting.text}": it must be ${issue.message}`;
}

function unknownVariables(environment: Record<string, string | undefined>): string[] {
  const known = new Set([...SETTING_NAMES.map(variableOf), TEST_VARIABLE]);
  return Object.keys(environment).filter((name) => name.startsWith(PREFIX) && !known.has(name));
}
