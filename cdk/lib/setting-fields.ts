// All settings of the deployer, with their defaults. Those of one topic are in a file of their own.
import { z } from "zod";
import { contract } from "./contract.ts";
import { DOOR_FIELDS } from "./door-settings.ts";
import { FOLLOWER_FIELDS } from "./follower-settings.ts";
import { FUNCTION_FIELDS } from "./function-settings.ts";
import { boolean, identifier, integer, list, oneNumberOf, oneOf, text } from "./setting-values.ts";
import { SOURCE_FIELDS } from "./source-settings.ts";

const { times } = contract;
const subnets = () => list(identifier("subnet", "a subnet"), "subnet ids such as subnet-0123456789abcdef0, two or more, with commas between", 2);

/** The settings. Each field is the setting of the same name. */
export const FIELDS = z.object({
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
  ...DOOR_FIELDS,
  ...FUNCTION_FIELDS,
  ...SOURCE_FIELDS,
  ...FOLLOWER_FIELDS,
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
