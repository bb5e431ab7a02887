// The metrics that the dashboard draws and the alarms watch.
import { Duration } from "aws-cdk-lib";
import type { HttpApi } from "aws-cdk-lib/aws-apigatewayv2";
import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import * as elb from "aws-cdk-lib/aws-elasticloadbalancingv2";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import type { CommandQueue } from "./command-queue.ts";
import type { CommandTopic } from "./command-topic.ts";
import { contract } from "./contract.ts";
import type { InferenceMetrics } from "./inference-metrics.ts";
import type { LoadBalancer } from "./load-balancer.ts";
import type { ReaderMetrics } from "./reader-metrics.ts";
import type { SharedVolume } from "./shared-volume.ts";
import type { WebAcl } from "./web-acl.ts";
import type { WriterMetrics } from "./writer-metrics.ts";

const PERIOD = Duration.minutes(5);

/** The constructs that have metrics. */
export interface Observed {
  readonly volume: SharedVolume;
  readonly writer: IFunction;
  readonly writerMetrics: WriterMetrics;
  /** The function that classifies pictures, and its metrics; undefined without it. */
  readonly inference: { readonly function: IFunction; readonly metrics: InferenceMetrics } | undefined;
  readonly api: HttpApi;
  readonly failedEvents: IQueue;
  readonly commandQueue: CommandQueue | undefined;
  readonly commandTopic: CommandTopic | undefined;
  readonly loadBalancer: LoadBalancer;
  readonly readerMetrics: ReaderMetrics;
  /** The web ACL of the load balancer; undefined without it. */
  readonly webAcl: WebAcl | undefined;
  /** True if people sign in at the load balancer. */
  readonly signIn: boolean;
}

export type Metrics = ReturnType<typeof metrics>;

/** Returns the metrics of one stack. */
export function metrics(observed: Observed) {
  const { volume, writer, writerMetrics, inference, api, failedEvents, commandQueue, commandTopic, loadBalancer: balancer } = observed;
  const efs = (metricName: string, statistic: string, period = PERIOD) =>
    new cloudwatch.Metric({ namespace: "AWS/EFS", metricName, dimensionsMap: { FileSystemId: volume.fileSystemId }, statistic, period });
  const sum = { statistic: "Sum", period: PERIOD };
  const length = (queue: IQueue) => queue.metricApproximateNumberOfMessagesVisible({ statistic: "Maximum", period: PERIOD });
  const { loadBalancer, readers } = balancer;
  return {
    burstCredits: efs("BurstCreditBalance", "Minimum"),
    ioLimit: efs("PercentIOLimit", "Maximum"),
    // EFS reports the number of connections once a minute, so the sum over a minute is the number.
    connections: efs("ClientConnections", "Sum", Duration.minutes(1)),
    meteredBytes: efs("MeteredIOBytes", "Sum"),
    permittedThroughput: efs("PermittedThroughput", "Minimum"),
    writerErrors: writer.metricErrors(sum),
    writerThrottles: writer.metricThrottles(sum),
    writerInvocations: writer.metricInvocations(sum),
    writerSlowest: writer.metricDuration({ statistic: "p99", period: PERIOD }),
    writerTypical: writer.metricDuration({ statistic: "p50", period: PERIOD }),
    writerConcurrency: writer.metric("ConcurrentExecutions", { statistic: "Maximum", period: PERIOD }),
    failedEvents: length(failedEvents),
    lostEvents: writer.metric("DestinationDeliveryFailures", sum),
    inference: inference && {
      errors: inference.function.metricErrors(sum),
      throttles: inference.function.metricThrottles(sum),
      invocations: inference.function.metricInvocations(sum),
      slowest: inference.function.metricDuration({ statistic: "p99", period: PERIOD }),
      typical: inference.function.metricDuration({ statistic: "p50", period: PERIOD }),
      concurrency: inference.function.metric("ConcurrentExecutions", { statistic: "Maximum", period: PERIOD }),
      lostResults: inference.function.metric("DestinationDeliveryFailures", sum),
      modelNotLoaded: inference.metrics.modelNotLoaded,
    },
    commandQueue: commandQueue && {
      failed: length(commandQueue.failed),
      oldest: commandQueue.queue.metricApproximateAgeOfOldestMessage({ statistic: "Maximum", period: PERIOD }),
      longestWait: commandQueue.longestWait,
    },
    commandTopic: commandTopic && { undelivered: length(commandTopic.undelivered) },
    refusedEvents: writerMetrics.refusedEvents,
    apiErrors: api.metricServerError({ ...sum, dimensionsMap: { ApiId: api.apiId, Stage: contract.routes.api.stage } }),
    pageErrors: new cloudwatch.MathExpression({
      label: "5xx of readers and load balancer",
      expression: "FILL(readers, 0) + FILL(balancer, 0)",
      usingMetrics: {
        readers: readers.metrics.httpCodeTarget(elb.HttpCodeTarget.TARGET_5XX_COUNT, sum),
        balancer: loadBalancer.metrics.httpCodeElb(elb.HttpCodeElb.ELB_5XX_COUNT, sum),
      },
      period: PERIOD,
    }),
    pageRequests: loadBalancer.metrics.requestCount(sum),
    openConnections: loadBalancer.metrics.activeConnectionCount(sum),
    healthyReaders: readers.metrics.healthyHostCount({ statistic: "Minimum", period: PERIOD }),
    reader: observed.readerMetrics,
    refusedRequests: observed.webAcl?.refusedRequests,
    failedSignIns: observed.signIn
      ? new cloudwatch.MathExpression({
        label: "sign-ins that the provider refused or that could not be completed",
        expression: "FILL(refused, 0) + FILL(failed, 0)",
        usingMetrics: { refused: loadBalancer.metrics.elbAuthFailure(sum), failed: loadBalancer.metrics.elbAuthError(sum) },
        period: PERIOD,
      })
      : undefined,
  };
}
