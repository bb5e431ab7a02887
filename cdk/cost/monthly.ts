// Calculates the monthly cost at three sizes. `npm run cost` prints the table of README.md.
import { pathToFileURL } from "node:url";
import { contract } from "../lib/contract.ts";
import { alarmCount, containerInsightsMetrics, interfaceEndpoints, logMetrics, secretCount, webAclRules, zones } from "./shape.ts";
import { HOURS, PRICES } from "./prices.ts";

/** The use of a wall. */
export interface Size {
  readonly name: string;
  /** Messages and changes of the configuration in a month. */
  readonly writes: number;
  /** The part of `writes` that comes through the HTTP API. The rest comes from the page or as events. */
  readonly byApi: number;
  /** Pictures in a month. Each is also one of `writes`. */
  readonly pictures: number;
  /** Reader tasks, and the CPU (vCPU) and memory (GB) of each. */
  readonly tasks: number;
  readonly taskCpu: number;
  readonly taskGb: number;
  /** Browsers that watch, as an average over the month. */
  readonly browsers: number;
  /** The share of the month in which a stream is open, so that the readers scan more often. */
  readonly watched: number;
  /** GB on the file system. */
  readonly storedGb: number;
}

export const SIZES: readonly Size[] = [
  { name: "a team", writes: 10_000, byApi: 2_000, pictures: 100, tasks: 2, taskCpu: 0.25, taskGb: 0.5, browsers: 20, watched: 0.25, storedGb: 0.1 },
  { name: "a company", writes: 100_000, byApi: 20_000, pictures: 1_000, tasks: 2, taskCpu: 0.5, taskGb: 1, browsers: 200, watched: 1, storedGb: 1 },
  { name: "the public", writes: 1_000_000, byApi: 100_000, pictures: 5_000, tasks: 6, taskCpu: 1, taskGb: 2, browsers: 2_000, watched: 1, storedGb: 5 },
];

const SECONDS = HOURS * 3600;
const KIB = 1024;
const GIB = 1024 ** 3;
/** One scan: open and close of a directory and of two files. EFS meters each operation as 4 KiB. */
const SCAN_BYTES = 6 * 4 * KIB;
/** Scans a second, at the default intervals: with an open stream, if the function tells the tasks or not, and without one. */
const SCANS_PER_SECOND = {
  told: 1000 / contract.times.announced_interval_ms,
  watched: 1000 / contract.times.watch_interval_ms,
  unwatched: 1000 / contract.times.watch_interval_idle_ms,
};
/** The bytes that a reader reads of a change, and those that the function reads and writes. EFS meters at least 32 KiB of data. */
const CHANGE_BYTES = 32 * KIB;
const WRITER_READ_BYTES = 32 * KIB + 4 * 4 * KIB;
const WRITER_WRITE_BYTES = 32 * KIB + 4 * 4 * KIB;
/** One append: 25 ms at 256 MB, an assumption for EFS. */
const WRITER_GB_SECONDS = 0.025 * 0.25;
/** One picture: 2 s at 3008 MB, and one in ten in a new environment, which loads a model of 200 MB. Assumptions for EFS and arm64. */
const INFERENCE_GB_SECONDS = 2 * 2.94;
const MODEL_LOADS = 0.1;
const MODEL_BYTES = 200e6;
/** The bytes of one picture in both sizes, and those that a browser loads. */
const PICTURE_BYTES = 600_000;
const SHOWN_PICTURE_BYTES = 100_000;
/** The bytes of one change to one browser, and of its log lines. */
const PUSHED_BYTES = 1_500;
const LOGGED_BYTES = 2_000;
/** The requests of one browser to the page in a month: 100 a day, to load it, to reconnect and to look further back. */
const REQUESTS_PER_BROWSER = 3_000;
/** The interval at which each task reads each token again, in seconds. */
const TOKEN_READ_S = 60;

/** What may differ from the defaults of the stack. */
export interface Variant {
  /** NAT gateways instead of interface endpoints. */
  readonly natGateways?: number;
  /** False if the function does not tell the tasks what it has written, so that they scan at the short interval. */
  readonly tellsTasks?: boolean;
}

/** Returns the lines of a monthly bill, in US dollars. */
export function bill(size: Size, { natGateways = 0, tellsTasks = true }: Variant = {}): Record<string, number> {
  const p = PRICES;
  const pushes = size.writes * size.browsers;
  const internetGb = (pushes * PUSHED_BYTES + size.pictures * size.browsers * SHOWN_PICTURE_BYTES) / GIB;
  const logGb = (size.writes * LOGGED_BYTES + size.tasks * (SECONDS / contract.times.status_log_s) * 300) / GIB;
  const watched = tellsTasks ? SCANS_PER_SECOND.told : SCANS_PER_SECOND.watched;
  const scans = size.watched * watched + (1 - size.watched) * SCANS_PER_SECOND.unwatched;
  const readGb = (size.tasks * (scans * SECONDS * SCAN_BYTES + size.writes * CHANGE_BYTES) + size.writes * WRITER_READ_BYTES
    + size.pictures * (PICTURE_BYTES + MODEL_LOADS * MODEL_BYTES)) / GIB;
  const writtenGb = (size.writes * WRITER_WRITE_BYTES + size.pictures * PICTURE_BYTES) / GIB;
  const tokenReads = size.tasks * secretCount * SECONDS / TOKEN_READ_S;
  const units = Math.max(size.browsers / 3_000, internetGb / HOURS, 0.1);
  const network = natGateways === 0
    ? interfaceEndpoints * zones * HOURS * p.endpointHour + logGb * p.endpointGb
    : natGateways * HOURS * p.natHour + logGb * p.natGb;
  return {
    [natGateways === 0 ? "interface endpoints" : "NAT gateways"]: network,
    "Fargate tasks": size.tasks * HOURS * (size.taskCpu * p.fargateCpuHour + size.taskGb * p.fargateGbHour),
    "load balancer": HOURS * (p.loadBalancerHour + units * p.loadBalancerUnitHour + zones * p.addressHour),
    "function": size.writes * (p.requestLambda + WRITER_GB_SECONDS * p.lambdaGbSecond),
    "function for pictures": size.pictures * (p.requestLambda + INFERENCE_GB_SECONDS * p.lambdaGbSecond),
    "HTTP API and events": size.byApi * p.requestApi + size.writes * 0.01 * p.event,
    "EFS storage and backup": size.storedGb * (p.efsGbMonth + p.backupGbMonth),
    "EFS throughput (elastic)": readGb * p.efsReadGb + writtenGb * p.efsWriteGb,
    "key, secrets": p.keyMonth + secretCount * p.secretMonth + tokenReads * p.secretRead,
    "WAF": p.webAclMonth + webAclRules * p.webAclRuleMonth
      + (size.browsers * REQUESTS_PER_BROWSER + size.writes - size.byApi) * p.webAclRequest,
    "logs, metrics, alarms": logGb * p.logGb + alarmCount * p.alarmMonth + (logMetrics + containerInsightsMetrics) * p.metricMonth,
    "data to browsers": internetGb * p.internetGb,
  };
}

/** Returns the table in Markdown. */
export function table(): string {
  const bills = SIZES.map((size) => bill(size));
  const money = (amount: number) => amount.toFixed(2);
  const sum = (lines: Record<string, number>) => Object.values(lines).reduce((total, line) => total + line, 0);
  const row = (cells: string[]) => `| ${cells.join(" | ")} |`;
  const about = (label: string, of: (size: Size) => string | number) => row([label, ...SIZES.map((size) => String(of(size)))]);
  return [
    row(["US dollars a month", ...SIZES.map(({ name }) => name)]),
    row(["---", ...SIZES.map(() => "---:")]),
    about("*writes a month*", ({ writes }) => writes.toLocaleString("en-US")),
    about("*pictures a month*", ({ pictures }) => pictures.toLocaleString("en-US")),
    about("*browsers watching*", ({ browsers }) => browsers.toLocaleString("en-US")),
    about("*tasks*", ({ tasks, taskCpu, taskGb }) => `${tasks} × ${taskCpu} vCPU, ${taskGb} GB`),
    ...Object.keys(bills[0]!).map((line) => row([line, ...bills.map((lines) => money(lines[line]!))])),
    row(["**total**", ...bills.map((lines) => `**${money(sum(lines))}**`)]),
    row(["with one NAT gateway instead of endpoints", ...SIZES.map((size) => money(sum(bill(size, { natGateways: 1 }))))]),
    row(["if the function does not tell the tasks", ...SIZES.map((size) => money(sum(bill(size, { tellsTasks: false }))))]),
  ].join("\n");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) console.log(table());
