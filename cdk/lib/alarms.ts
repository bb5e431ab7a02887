// The alarms of a stack, as data. The runbook, cdk/RUNBOOK.md, has a section for each.
import { Duration } from "aws-cdk-lib";
import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import type { Alarm } from "./alarm.ts";
import { commandAlarms } from "./command-alarms.ts";
import { doorAlarms } from "./door-alarms.ts";
import { inferenceAlarms } from "./inference-alarms.ts";
import type { Metrics } from "./metrics.ts";
import type { Settings } from "./settings.ts";

const MIB = 1024 * 1024;
/** The burst throughput of a file system up to 1 TiB, in bytes per second. */
const BURST = 100 * MIB;
/** The number of connections that EFS accepts for one file system. */
const CONNECTION_QUOTA = 25_000;

/** Returns all alarms of a stack. */
export function alarms(settings: Settings, metrics: Metrics): readonly Alarm[] {
  const { LESS_THAN_THRESHOLD: LESS } = cloudwatch.ComparisonOperator;
  return [
    {
      id: "BurstCredits",
      meaning: "The burst credits of the file system last less than 30 minutes at full burst. Without credits it slows down to its baseline.",
      metric: metrics.burstCredits,
      threshold: BURST * Duration.minutes(30).toSeconds(),
      comparison: LESS,
      minutes: 15,
    },
    {
      id: "IoLimit",
      meaning: "The file system is above 80 % of the operations a second that its performance mode allows.",
      metric: metrics.ioLimit,
      threshold: 80,
      minutes: 15,
    },
    {
      id: "Connections",
      meaning: `The file system has more than 80 % of the ${CONNECTION_QUOTA} connections that EFS accepts.`,
      metric: metrics.connections,
      threshold: 0.8 * CONNECTION_QUOTA,
      minutes: 5,
    },
    {
      id: "TooFewReaders",
      meaning: "Fewer readers are ready than readerMin: tasks do not run, cannot mount the file system, or have not read the wall yet.",
      // Connections of the file system would count the environments of the function, too.
      metric: metrics.healthyReaders,
      threshold: settings.readerMin,
      comparison: LESS,
      minutes: 10,
      missingData: cloudwatch.TreatMissingData.BREACHING,
    },
    {
      id: "WriterErrors",
      meaning: "The function failed, crashed, timed out, or could not mount the file system.",
      metric: metrics.writerErrors,
      threshold: 1,
      minutes: 5,
    },
    {
      id: "WriterThrottles",
      meaning: "Lambda refused invocations of the function, because its concurrency was used up.",
      metric: metrics.writerThrottles,
      threshold: 1,
      minutes: 5,
    },
    {
      id: "WriterSlow",
      meaning: "One invocation in a hundred takes more than half of the timeout of the function.",
      metric: metrics.writerSlowest,
      threshold: Duration.seconds(settings.writerTimeoutSeconds).toMilliseconds() / 2,
      minutes: 10,
    },
    {
      id: "FailedEvents",
      meaning: "The dead-letter queue has events that could not be delivered, or that failed three times.",
      metric: metrics.failedEvents,
      threshold: 1,
      minutes: 5,
    },
    {
      id: "LostEvents",
      meaning: "Lambda could not put a failed event into the dead-letter queue. The event is lost.",
      metric: metrics.lostEvents,
      threshold: 1,
      minutes: 5,
    },
    ...commandAlarms(metrics),
    ...inferenceAlarms(metrics),
    {
      id: "EventRefused",
      meaning: "The function refused an event for good, and its sender reads no answer. The event is in rejected/ on the volume.",
      metric: metrics.refusedEvents,
      threshold: 1,
      minutes: 5,
    },
    {
      id: "ReaderStale",
      meaning: "A reader has not read the volume for a minute, or no reader logs its status. The page may be out of date.",
      metric: metrics.reader.stale,
      threshold: Duration.minutes(1).toSeconds(),
      minutes: 5,
      missingData: cloudwatch.TreatMissingData.BREACHING,
    },
    {
      id: "ConfigRejected",
      meaning: "The configuration on the volume is not valid. The readers keep the last valid one.",
      metric: metrics.reader.rejected,
      threshold: 1,
      minutes: 10,
    },
    {
      id: "PageErrors",
      meaning: "Browsers received status 5xx from the readers or from the load balancer.",
      metric: metrics.pageErrors,
      threshold: 5,
      minutes: 5,
    },
    ...doorAlarms(metrics),
    {
      id: "ApiErrors",
      meaning: "Callers of the API received status 5xx.",
      metric: metrics.apiErrors,
      threshold: 5,
      minutes: 5,
    },
  ];
}
