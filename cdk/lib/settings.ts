// Every choice of the deployer, in one table. A setting comes from CDK's context
// (`npx cdk deploy -c natGateways=1`, or cdk.json), else from the environment (`MESSAGEWALL_NAT_GATEWAYS=1`),
// else from its default. All problems are collected and told at once.
import { contract } from "./contract.ts";
import { RETENTION } from "./failed-events.ts";
import { boolean, duration, integer, isCidr, listOf, matching, oneOf, optional, type Reader } from "./setting-types.ts";

/** What a deployer may choose. Each field is a setting of the same name. */
export interface Settings {
  /** Name of the stack, the function and the event bus. Default `MessageWall`. */
  readonly name: string;
  /** An existing VPC instead of a new one; needs `privateSubnetIds` and `publicSubnetIds`. Default: a new one. */
  readonly vpcId: string | undefined;
  /** The existing VPC's subnets for function, tasks and mount targets, one in each zone, with commas between. */
  readonly privateSubnetIds: readonly string[] | undefined;
  /** The existing VPC's subnets for the load balancer, one in each zone, with commas between. */
  readonly publicSubnetIds: readonly string[] | undefined;
  /** An existing file system instead of a new one; needs `vpcId` and `fileSystemSecurityGroupId`. Default: a new one. */
  readonly fileSystemId: string | undefined;
  /** The security group of the existing file system's mount targets. */
  readonly fileSystemSecurityGroupId: string | undefined;
  /** NAT gateways of the new VPC; with one or more, no interface endpoints are made. Default 0. */
  readonly natGateways: number;
  /** The file system's throughput mode. Default `elastic`. */
  readonly throughput: "elastic" | "bursting" | "provisioned";
  /** MiB per second, with `throughput=provisioned` only. */
  readonly provisionedMibps: number | undefined;
  /** Whether the file system, its key and the access logs outlive the stack. Default true. */
  readonly keepData: boolean;
  /** Whether anybody may call the API, as in the blog post. Default false: callers sign with IAM. */
  readonly openWall: boolean;
  /** Whether the page may post through the function. Default true. */
  readonly pagePosts: boolean;
  /** Who may reach the page, as IPv4 ranges with commas between. Default `0.0.0.0/0`. */
  readonly pageFrom: readonly string[];
  /** ACM certificate of the page's host name; with it the page is served by HTTPS only. Default: HTTP. */
  readonly certificateArn: string | undefined;
  /** Most environments of the function at once; 0 stops it. Default: no reservation. */
  readonly reservedConcurrency: number | undefined;
  /** Memory of the function, in MB. Default 256. */
  readonly writerMemoryMb: number;
  /** Timeout of the function, in seconds. Default 15; the API waits 30 at most. */
  readonly writerTimeoutSeconds: number;
  /**
   * How long an applied event is remembered, so that a second copy of it changes nothing. Default `14d`, the most: as long as
   * the dead-letter queue keeps an event that somebody may send again. It costs some 70 bytes for each event.
   */
  readonly retryWindow: string;
  /** CPU units of a reader task. Default 256. */
  readonly readerCpu: number;
  /** Memory of a reader task, in MiB. Default 512. */
  readonly readerMemoryMib: number;
  /** Fewest reader tasks. Default 2, one in each zone. */
  readonly readerMin: number;
  /** Most reader tasks. Default 6. */
  readonly readerMax: number;
  /** How often a watched reader looks at the volume, in milliseconds. Default: the reader's own. */
  readonly watchIntervalMs: number | undefined;
  /** Days that logs are kept. Default 30. */
  readonly logDays: number;
  /** Who is mailed about alarms. Default: nobody; the topic is there to subscribe to. */
  readonly alarmEmail: string | undefined;
  /** Where the runbook lives, for the links of alarms and dashboard. Default `cdk/README.md`. */
  readonly runbookUrl: string;
}

const RULES: { readonly [Name in keyof Settings]: Reader<Settings[Name]> } = {
  name: matching(/^[A-Za-z][A-Za-z0-9-]{0,39}$/, "1 to 40 letters, digits and hyphens, beginning with a letter", contract.functions.writer),
  vpcId: optional(identifier("vpc", "a VPC id")),
  privateSubnetIds: optional(subnets()),
  publicSubnetIds: optional(subnets()),
  fileSystemId: optional(identifier("fs", "a file system id")),
  fileSystemSecurityGroupId: optional(identifier("sg", "a security group id")),
  natGateways: integer(0, 2, 0),
  throughput: oneOf(["elastic", "bursting", "provisioned"], "elastic"),
  provisionedMibps: optional(integer(1, 3414)),
  keepData: boolean(true),
  openWall: boolean(false),
  pagePosts: boolean(true),
  pageFrom: listOf(isCidr, "IPv4 ranges such as 203.0.113.0/24, with commas between", "0.0.0.0/0"),
  certificateArn: optional(matching(/^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/.+$/, "the ARN of an ACM certificate")),
  reservedConcurrency: optional(integer(0, 1000)),
  writerMemoryMb: integer(128, 10_240, 256),
  writerTimeoutSeconds: integer(3, 29, contract.times.function_timeout_s),
  retryWindow: duration(1, contract.times.retry_window_max_s, `${RETENTION.toDays()}d`),
  readerCpu: integer(256, 16_384, 256),
  readerMemoryMib: integer(512, 122_880, 512),
  readerMin: integer(1, 100, 2),
  readerMax: integer(1, 100, 6),
  watchIntervalMs: optional(integer(contract.times.watch_interval_min_ms, contract.times.watch_interval_max_ms)),
  logDays: oneOf([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1827, 3653], 30),
  alarmEmail: optional(matching(/^[^@\s]+@[^@\s]+\.[^@\s]+$/, "a mail address")),
  runbookUrl: matching(/^\S+$/, "an address or path without spaces", "cdk/README.md"),
};

function identifier(prefix: string, what: string): Reader<string> {
  return matching(identifierPattern(prefix), `${what} such as ${prefix}-0123456789abcdef0`);
}

function subnets(): Reader<readonly string[]> {
  const pattern = identifierPattern("subnet");
  return listOf((id) => pattern.test(id), "subnet ids such as subnet-0123456789abcdef0, two or more, with commas between", undefined, 2);
}

/** AWS's ids: eight hexadecimal digits of old, seventeen since. */
function identifierPattern(prefix: string): RegExp {
  return new RegExp(`^${prefix}-([0-9a-f]{8}|[0-9a-f]{17})$`);
}

/** Bad settings, all of them, one to a line. */
export class SettingsError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`cannot use these settings:\n${problems.map((problem) => `  ${problem}`).join("\n")}`);
    this.name = "SettingsError";
  }
}

/** The names of all settings. */
export const SETTING_NAMES = Object.keys(RULES) as readonly (keyof Settings)[];

/** The environment variable of a setting: `natGateways` is `MESSAGEWALL_NAT_GATEWAYS`. */
export function variableOf(name: string): string {
  return `MESSAGEWALL_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/**
 * Reads all settings. `context` looks up a context key and may return what JSON can hold.
 *
 * @throws SettingsError naming every bad value at once.
 */
export function readSettings(context: (name: string) => unknown, environment: Record<string, string | undefined>): Settings {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const name of SETTING_NAMES) {
    const fromContext = context(name);
    const [given, origin] = fromContext === undefined
      ? [environment[variableOf(name)], `${variableOf(name)} (environment)`]
      : [fromContext, `${name} (context)`];
    const result = RULES[name](given === undefined || given === "" ? undefined : String(given));
    if ("problem" in result) problems.push(`${origin} is "${String(given)}": it must be ${result.problem}`);
    else values[name] = result.value;
  }
  for (const known of Object.keys(environment).filter((key) => key.startsWith("MESSAGEWALL_"))) {
    if (!SETTING_NAMES.some((name) => variableOf(name) === known) && known !== "MESSAGEWALL_BIN_DIR") {
      problems.push(`${known} (environment) is not a setting`);
    }
  }
  if (problems.length === 0) problems.push(...contradictions(values as unknown as Settings));
  if (problems.length > 0) throw new SettingsError(problems);
  return values as unknown as Settings;
}

function contradictions(settings: Settings): string[] {
  const problems: string[] = [];
  const { throughput, provisionedMibps, fileSystemId, fileSystemSecurityGroupId, vpcId, privateSubnetIds, publicSubnetIds } = settings;
  if (new Set([vpcId, privateSubnetIds, publicSubnetIds].map((given) => given === undefined)).size > 1) {
    problems.push("vpcId, privateSubnetIds and publicSubnetIds go together: give all three, or none for a new VPC");
  }
  if (throughput === "provisioned" && provisionedMibps === undefined) {
    problems.push("throughput=provisioned needs provisionedMibps, the MiB per second to pay for");
  }
  if (throughput !== "provisioned" && provisionedMibps !== undefined) {
    problems.push(`provisionedMibps=${provisionedMibps} needs throughput=provisioned, not ${throughput}`);
  }
  if (fileSystemId !== undefined && (vpcId === undefined || fileSystemSecurityGroupId === undefined)) {
    problems.push("fileSystemId needs vpcId and fileSystemSecurityGroupId: its mount targets live in a VPC and behind a security group");
  }
  if (fileSystemId === undefined && fileSystemSecurityGroupId !== undefined) {
    problems.push("fileSystemSecurityGroupId needs fileSystemId: a new file system gets its own group");
  }
  if (vpcId !== undefined && settings.natGateways > 0) {
    problems.push("natGateways needs a new VPC: with vpcId the way out is that VPC's own");
  }
  if (privateSubnetIds !== undefined && publicSubnetIds !== undefined && privateSubnetIds.length !== publicSubnetIds.length) {
    problems.push("privateSubnetIds and publicSubnetIds must be as many: one of each for each zone");
  }
  if (settings.readerMax < settings.readerMin) {
    problems.push(`readerMax=${settings.readerMax} must not be less than readerMin=${settings.readerMin}`);
  }
  return problems;
}
