// The settings of the deployer, in one table. read-settings.ts reads them from CDK's context and from the environment.
import { z } from "zod";
import { contract } from "./contract.ts";
import { RETENTION } from "./dead-letter-queue.ts";
import { boolean, duration, identifier, integer, list, oneNumberOf, oneOf, text } from "./setting-values.ts";

const { limits, times } = contract;
const keyArn = () => text(/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]+$/, "the ARN of a KMS key");
const subnets = () => list(identifier("subnet", "a subnet"), "subnet ids such as subnet-0123456789abcdef0, two or more, with commas between", 2);

/** The settings. Each field is the setting of the same name. */
const FIELDS = z.object({
  /** The name of the stack, the function and the event bus. Default `MessageWall`. */
  name: text(/^[A-Za-z][A-Za-z0-9-]{0,39}$/, "1 to 40 letters, digits and hyphens, beginning with a letter").default(contract.functions.writer),
  /** An existing VPC. Needs `privateSubnetIds` and `publicSubnetIds`. Default: a new VPC. */
  vpcId: identifier("vpc", "a VPC id").optional(),
  /** The subnets of the existing VPC for function, tasks and mount targets: one for each zone, with commas between. */
  privateSubnetIds: subnets().optional(),
  /** The subnets of the existing VPC for the load balancer: one for each zone, with commas between. */
  publicSubnetIds: subnets().optional(),
  /** An existing file system. Needs `vpcId` and `fileSystemSecurityGroupId`. Default: a new file system. */
  fileSystemId: identifier("fs", "a file system id").optional(),
  /** The security group of the mount targets of the existing file system. */
  fileSystemSecurityGroupId: identifier("sg", "a security group id").optional(),
  /** The number of NAT gateways of the new VPC. With one or more there are no interface endpoints. Default 0. */
  natGateways: integer(0, 2).default(0),
  /** The throughput mode of the file system. Default `elastic`. */
  throughput: oneOf(["elastic", "bursting", "provisioned"]).default("elastic"),
  /** The throughput in MiB per second. Needs `throughput=provisioned`. */
  provisionedMibps: integer(1, 3414).optional(),
  /** Keeps the file system, its key and the access logs when the stack is deleted. Default true. */
  keepData: boolean().default(true),
  /** Lets anybody call the API, as in the blog post. Default false: callers sign with IAM. */
  openWall: boolean().default(false),
  /** Lets the page post through the function. Default true. */
  pagePosts: boolean().default(true),
  /** The IPv4 ranges that can reach the page, with commas between. Default `0.0.0.0/0`. */
  pageFrom: list(z.cidrv4(), "IPv4 ranges such as 203.0.113.0/24, with commas between").default(["0.0.0.0/0"]),
  /** The ACM certificate of the host name of the page. With it the page is served by HTTPS only. Default: HTTP. */
  certificateArn: text(/^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/.+$/, "the ARN of an ACM certificate").optional(),
  /** The most environments of the function at once; 0 stops it. Default: no reservation. */
  reservedConcurrency: integer(0, 1000).optional(),
  /** The memory of the function, in MB. Default 256. */
  writerMemoryMb: integer(128, 10_240).default(256),
  /** The timeout of the function, in seconds. Default 15. The API waits 30 seconds at most. */
  writerTimeoutSeconds: integer(3, 29).default(times.function_timeout_s),
  /**
   * The time for which an applied event is remembered, so that a retry of it changes nothing. Default `14d`, which is the
   * longest time, and the time that the dead-letter queue keeps an event that somebody may send again.
   */
  retryWindow: duration(1, times.retry_window_max_s).default(`${RETENTION.toDays()}d`),
  /** Lets the page have pictures, and makes the function that classifies them. Default true. */
  inference: boolean().default(true),
  /** The memory of the function that classifies pictures, in MB. Default 3008. */
  inferenceMemoryMb: integer(512, 10_240).default(limits.inference_memory_mb),
  /** The most environments of the function that classifies pictures at once; 0 stops it. Default: no reservation. */
  inferenceReservedConcurrency: integer(0, 1000).optional(),
  /** The number of its environments that are ready at all times, with the model loaded. Default 0. */
  inferenceProvisionedConcurrency: integer(0, 1000).default(0),
  /**
   * The hosts of pictures that are classified by URL, with commas between, as in `FETCH_ALLOW`. Needs a way to the internet:
   * `natGateways` or an existing VPC. Default: none.
   */
  inferenceFetchAllow: text(
    /^(?! *$)[A-Za-z0-9.*:[\]-]+(, *[A-Za-z0-9.*:[\]-]+)*$/,
    "* or hosts such as upload.wikimedia.org or *.example.com, with commas between",
  ).optional(),
  /**
   * The name of a parameter of Parameter Store, in the account and Region of the stack. Each new version is published as the
   * configuration. Default: none.
   */
  configParameter: text(
    /^(?=.{1,1011}$)(?!\/?(aws|ssm))((\/[\w.-]+){1,15}|[\w.-]+)$/i,
    "the name of a parameter such as /messagewall/config",
  ).optional(),
  /** The customer managed key that the parameter is encrypted with. Default: none, or the key of AWS. */
  configParameterKeyArn: keyArn().optional(),
  /**
   * An object of S3, in a bucket in the account and Region of the stack that sends its events to EventBridge. Each new
   * version is published as the configuration. IAM gives `*`, `?` and `$` a meaning, so the key has none of them.
   * Default: none.
   */
  configObject: text(
    /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/[^*?$\p{Cc}]{1,1024}$/u,
    "an object such as s3://bucket/wall.json, without * ? $ in its key",
  ).optional(),
  /** The customer managed key that the object is encrypted with. Default: none, or the key of S3. */
  configObjectKeyArn: keyArn().optional(),
  /** A configuration of AppConfig, as the ids of application, environment and profile. Default: none. */
  configAppConfig: text(/^[a-z0-9]{4,7}(\/[a-z0-9]{4,7}){2}$/, "three ids of AppConfig such as abc1234/def5678/ghi9012").optional(),
  /**
   * The rate at which the followed documents are read again, because their events are best effort. `off` turns it off.
   * Default: `rate(15 minutes)` if a document is followed.
   */
  reconcile: text(/^(off|rate\([1-9]\d{0,4} (minute|hour|day)s?\))$/, "off or a rate such as rate(15 minutes)").optional(),
  /** The queue for commands: `none`, `standard` or `fifo`. Default `none`. */
  commandQueue: oneOf(["none", "standard", "fifo"]).default("none"),
  /** The most messages of the queue in one invocation. Default 10. */
  commandBatch: integer(1, 1000).default(10),
  /** Makes a topic for commands. Default false. */
  commandTopic: boolean().default(false),
  /** The CPU units of a reader task; 1024 are one vCPU. Default 256. */
  readerCpu: integer(256, 16_384).default(256),
  /** The memory of a reader task, in MiB. Default 512. */
  readerMemoryMib: integer(512, 122_880).default(512),
  /** The fewest reader tasks. Default 2, one in each zone. */
  readerMin: integer(1, 100).default(2),
  /** The most reader tasks. Default 6. */
  readerMax: integer(1, 100).default(6),
  /** The interval between scans of a reader while a stream is open, in milliseconds. Default: that of the reader, 250. */
  watchIntervalMs: integer(times.watch_interval_min_ms, times.watch_interval_max_ms).optional(),
  /** The number of days that logs are kept. Default 30. */
  logDays: oneNumberOf([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1827, 3653]).default(30),
  /** The mail address that receives alarms. Default: none; the stack has a topic to subscribe to. */
  alarmEmail: z.email({ error: "a mail address" }).optional(),
  /** The address or path of the runbook, for the links in alarms and dashboard. Default `cdk/RUNBOOK.md`. */
  runbookUrl: text(/^\S+$/, "an address or path without spaces").default("cdk/RUNBOOK.md"),
});

/** The settings of a stack. */
export type Settings = Readonly<z.output<typeof FIELDS>>;

/** The names of all settings. */
export const SETTING_NAMES = Object.keys(FIELDS.shape) as readonly (keyof Settings)[];

/** A rule about several settings. It is checked if each of them is valid by itself. */
interface Rule {
  readonly about: readonly (keyof Settings)[];
  readonly holds: (settings: Settings) => boolean;
  readonly problem: string;
}

const RULES: readonly Rule[] = [
  {
    about: ["vpcId", "privateSubnetIds", "publicSubnetIds"],
    holds: ({ vpcId, privateSubnetIds, publicSubnetIds }) =>
      new Set([vpcId, privateSubnetIds, publicSubnetIds].map((given) => given === undefined)).size === 1,
    problem: "vpcId, privateSubnetIds and publicSubnetIds go together: set all three, or none for a new VPC",
  },
  {
    about: ["throughput", "provisionedMibps"],
    holds: ({ throughput, provisionedMibps }) => throughput !== "provisioned" || provisionedMibps !== undefined,
    problem: "throughput=provisioned needs provisionedMibps, the throughput in MiB per second",
  },
  {
    about: ["provisionedMibps", "throughput"],
    holds: ({ throughput, provisionedMibps }) => throughput === "provisioned" || provisionedMibps === undefined,
    problem: "provisionedMibps needs throughput=provisioned",
  },
  {
    about: ["fileSystemId", "vpcId", "fileSystemSecurityGroupId"],
    holds: ({ fileSystemId, vpcId, fileSystemSecurityGroupId }) =>
      fileSystemId === undefined || (vpcId !== undefined && fileSystemSecurityGroupId !== undefined),
    problem: "fileSystemId needs vpcId and fileSystemSecurityGroupId: its mount targets are in a VPC and have a security group",
  },
  {
    about: ["fileSystemSecurityGroupId", "fileSystemId"],
    holds: ({ fileSystemId, fileSystemSecurityGroupId }) => fileSystemId !== undefined || fileSystemSecurityGroupId === undefined,
    problem: "fileSystemSecurityGroupId needs fileSystemId: a new file system gets a new security group",
  },
  {
    about: ["natGateways", "vpcId"],
    holds: ({ vpcId, natGateways }) => vpcId === undefined || natGateways === 0,
    problem: "natGateways needs a new VPC: with vpcId the routes of that VPC are used",
  },
  {
    about: ["privateSubnetIds", "publicSubnetIds"],
    holds: ({ privateSubnetIds, publicSubnetIds }) =>
      privateSubnetIds === undefined || publicSubnetIds === undefined || privateSubnetIds.length === publicSubnetIds.length,
    problem: "privateSubnetIds and publicSubnetIds need the same number of subnets: one of each for each zone",
  },
  {
    about: ["readerMax", "readerMin"],
    holds: ({ readerMin, readerMax }) => readerMin <= readerMax,
    problem: "readerMax must not be less than readerMin",
  },
  {
    about: ["configParameterKeyArn", "configParameter"],
    holds: ({ configParameter, configParameterKeyArn }) => configParameter !== undefined || configParameterKeyArn === undefined,
    problem: "configParameterKeyArn needs configParameter: it is the key of the parameter",
  },
  {
    about: ["configObjectKeyArn", "configObject"],
    holds: ({ configObject, configObjectKeyArn }) => configObject !== undefined || configObjectKeyArn === undefined,
    problem: "configObjectKeyArn needs configObject: it is the key of the object",
  },
  {
    about: ["reconcile", "configParameter", "configObject", "configAppConfig"],
    holds: ({ reconcile = "off", configParameter, configObject, configAppConfig }) =>
      reconcile === "off" || (configParameter ?? configObject ?? configAppConfig) !== undefined,
    problem: "reconcile needs configParameter, configObject or configAppConfig: there is nothing to read again",
  },
  {
    about: ["commandBatch", "commandQueue"],
    holds: ({ commandBatch, commandQueue }) => commandBatch <= 10 || commandQueue === "standard",
    problem: "commandBatch above 10 needs commandQueue=standard",
  },
  {
    about: ["commandQueue", "reservedConcurrency"],
    // 0 stops the function, and the queue with it.
    holds: ({ commandQueue, reservedConcurrency }) => commandQueue === "none" || reservedConcurrency !== 1,
    problem: "commandQueue needs a reservedConcurrency of 2 or more: Lambda reads a queue for two environments at least",
  },
  {
    about: ["inferenceProvisionedConcurrency", "inferenceReservedConcurrency"],
    holds: ({ inferenceProvisionedConcurrency: provisioned, inferenceReservedConcurrency: reserved }) =>
      reserved === undefined || provisioned <= reserved,
    problem: "inferenceProvisionedConcurrency must not be more than inferenceReservedConcurrency",
  },
  {
    about: ["inferenceFetchAllow", "natGateways", "vpcId"],
    holds: ({ inferenceFetchAllow, natGateways, vpcId }) => inferenceFetchAllow === undefined || natGateways > 0 || vpcId !== undefined,
    problem: "inferenceFetchAllow needs natGateways or vpcId: without them the function has no way to the internet",
  },
  {
    about: ["inferenceReservedConcurrency", "inference"],
    holds: ({ inference, inferenceReservedConcurrency }) => inference || inferenceReservedConcurrency === undefined,
    problem: "inferenceReservedConcurrency needs inference=true",
  },
  {
    about: ["inferenceProvisionedConcurrency", "inference"],
    holds: ({ inference, inferenceProvisionedConcurrency }) => inference || inferenceProvisionedConcurrency === 0,
    problem: "inferenceProvisionedConcurrency needs inference=true",
  },
  {
    about: ["inferenceFetchAllow", "inference"],
    holds: ({ inference, inferenceFetchAllow }) => inference || inferenceFetchAllow === undefined,
    problem: "inferenceFetchAllow needs inference=true",
  },
];

/** The schema of all settings: the fields and the rules. Its input is the text of each setting. */
export const SETTINGS = RULES.reduce(
  (schema, { about, holds, problem }) =>
    schema.refine(holds, {
      error: problem,
      path: [about[0]!],
      params: { namesItsSettings: true },
      when: ({ issues }) => !issues.some(({ path }) => about.some((name) => name === path?.[0])),
    }),
  FIELDS,
);
