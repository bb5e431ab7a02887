// Alarms: the blog post's performance advice as thresholds, each with the runbook's answer to it.
import { Duration } from "aws-cdk-lib";
import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import type { Metrics } from "./metrics.ts";
import type { Settings } from "./settings.ts";

const MIB = 1024 * 1024;
/** What a file system up to 1 TiB may burst to, in bytes per second. */
const BURST = 100 * MIB;
/** EFS accepts this many connections per file system. */
const CONNECTION_QUOTA = 25_000;

/** One alarm, before it is a construct. */
export interface Alarm {
  readonly id: string;
  /** What it means, for the person who was woken. */
  readonly meaning: string;
  /** The heading of cdk/README.md that says what to do. */
  readonly runbook: string;
  readonly metric: cloudwatch.Metric | cloudwatch.MathExpression;
  readonly threshold: number;
  readonly comparison?: cloudwatch.ComparisonOperator;
  readonly minutes: number;
  /** What silence means. Left out: nothing wrong. */
  readonly silence?: cloudwatch.TreatMissingData;
}

/** All alarms of a stack. */
export function alarms(settings: Settings, metrics: Metrics): readonly Alarm[] {
  const { LESS_THAN_THRESHOLD: LESS } = cloudwatch.ComparisonOperator;
  return [
    {
      id: "BurstCredits",
      meaning: "Burst credits last less than 30 minutes at full burst. At zero the file system slows down to its baseline.",
      runbook: "burst-credits-run-out",
      metric: metrics.burstCredits,
      threshold: BURST * Duration.minutes(30).toSeconds(),
      comparison: LESS,
      minutes: 15,
    },
    {
      id: "IoLimit",
      meaning: "The file system is near the number of operations that its performance mode allows.",
      runbook: "the-file-system-is-busy",
      metric: metrics.ioLimit,
      threshold: 80,
      minutes: 15,
    },
    {
      id: "Connections",
      meaning: `More than 80 % of the ${CONNECTION_QUOTA} connections that EFS accepts; each environment and each task is one.`,
      runbook: "too-many-connections",
      metric: metrics.connections,
      threshold: 0.8 * CONNECTION_QUOTA,
      minutes: 5,
    },
    {
      id: "TooFewReaders",
      meaning: "Fewer readers are ready than should run: they are gone, cannot mount, or have not seen the volume yet.",
      runbook: "too-few-readers",
      // Not the connections of the file system: the function's environments are among them.
      metric: metrics.healthyReaders,
      threshold: settings.readerMin,
      comparison: LESS,
      minutes: 10,
      silence: cloudwatch.TreatMissingData.BREACHING,
    },
    {
      id: "WriterErrors",
      meaning: "The function failed, crashed, timed out or could not mount.",
      runbook: "the-function-fails",
      metric: metrics.writerErrors,
      threshold: 1,
      minutes: 5,
    },
    {
      id: "WriterThrottles",
      meaning: "The function was called more often than its concurrency allows.",
      runbook: "the-function-is-throttled",
      metric: metrics.writerThrottles,
      threshold: 1,
      minutes: 5,
    },
    {
      id: "WriterSlow",
      meaning: "One invocation in a hundred takes more than half of the timeout: the lock or the file system is slow.",
      runbook: "the-function-is-slow",
      metric: metrics.writerSlowest,
      threshold: Duration.seconds(settings.writerTimeoutSeconds).toMilliseconds() / 2,
      minutes: 10,
    },
    {
      id: "FailedEvents",
      meaning: "An event could not be delivered, or failed three times, and waits in the dead-letter queue.",
      runbook: "events-failed",
      metric: metrics.failedEvents,
      threshold: 1,
      minutes: 5,
    },
    {
      id: "EventRefused",
      meaning: "The function refused an event for good, and nobody reads its answer: the event is in rejected/ on the volume.",
      runbook: "an-event-is-refused",
      metric: metrics.refusedEvents,
      threshold: 1,
      minutes: 5,
    },
    {
      id: "ReaderStale",
      meaning: "A reader has not seen the volume for a minute, or no reader says anything: the page shows the past.",
      runbook: "readers-are-stale",
      metric: metrics.reader.stale,
      threshold: Duration.minutes(1).toSeconds(),
      minutes: 5,
      silence: cloudwatch.TreatMissingData.BREACHING,
    },
    {
      id: "ConfigRejected",
      meaning: "The configuration on disk is not valid, so the readers keep the one before.",
      runbook: "the-configuration-is-rejected",
      metric: metrics.reader.rejected,
      threshold: 1,
      minutes: 10,
    },
    {
      id: "PageErrors",
      meaning: "Browsers got 5xx from the readers or from the load balancer.",
      runbook: "browsers-get-5xx",
      metric: metrics.pageErrors,
      threshold: 5,
      minutes: 5,
    },
    {
      id: "ApiErrors",
      meaning: "Callers of the API got 5xx.",
      runbook: "the-function-fails",
      metric: metrics.apiErrors,
      threshold: 5,
      minutes: 5,
    },
  ];
}
