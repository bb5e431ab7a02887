// The dashboard, and the alarms with their topic.
import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import * as sns from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Construct } from "constructs";
import type { Alarm } from "./alarm.ts";
import { alarms } from "./alarms.ts";
import type { Metrics } from "./metrics.ts";
import type { Settings } from "./settings.ts";

export interface ObservabilityProps {
  readonly settings: Settings;
  readonly metrics: Metrics;
}

/** Makes the dashboard, a topic, and an alarm for each entry of alarms.ts. */
export class Observability extends Construct {
  /** The topic that receives all alarms. */
  readonly topic: sns.Topic;
  readonly dashboard: cloudwatch.Dashboard;

  constructor(scope: Construct, id: string, { settings, metrics }: ObservabilityProps) {
    super(scope, id);
    this.topic = new sns.Topic(this, "Topic", { displayName: `${settings.name} alarms`, enforceSSL: true });
    if (settings.alarmEmail !== undefined) this.topic.addSubscription(new EmailSubscription(settings.alarmEmail));
    const all = alarms(settings, metrics);
    const constructs = all.map((alarm) => this.newAlarm(alarm, settings));
    this.dashboard = this.newDashboard(settings, metrics, all, constructs);
  }

  private newAlarm(alarm: Alarm, settings: Settings): cloudwatch.Alarm {
    const minutesPerPeriod = alarm.metric.period.toMinutes();
    const construct = new cloudwatch.Alarm(this, alarm.id, {
      alarmName: `${settings.name}-${alarm.id}`,
      alarmDescription: `${alarm.meaning} What to do: ${runbookLink(alarm, settings)}`,
      metric: alarm.metric,
      threshold: alarm.threshold,
      comparisonOperator: alarm.comparison ?? cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: Math.max(1, Math.ceil(alarm.minutes / minutesPerPeriod)),
      treatMissingData: alarm.missingData ?? cloudwatch.TreatMissingData.NOT_BREACHING,
    });
    construct.addAlarmAction(new SnsAction(this.topic));
    construct.addOkAction(new SnsAction(this.topic));
    return construct;
  }

  private newDashboard(
    settings: Settings,
    metrics: Metrics,
    all: readonly Alarm[],
    constructs: cloudwatch.Alarm[],
  ): cloudwatch.Dashboard {
    const graph = (title: string, left: cloudwatch.IMetric[], right: cloudwatch.IMetric[] = []) =>
      new cloudwatch.GraphWidget({ title, left, right, width: 8, height: 6 });
    const dashboard = new cloudwatch.Dashboard(this, "Dashboard", { dashboardName: settings.name });
    dashboard.addWidgets(
      new cloudwatch.AlarmStatusWidget({ title: "Alarms", alarms: constructs, width: 12, height: 5 }),
      new cloudwatch.TextWidget({ markdown: runbook(settings, all), width: 12, height: 5 }),
    );
    dashboard.addWidgets(
      graph("Function: invocations, errors, throttles", [metrics.writerInvocations], [metrics.writerErrors, metrics.writerThrottles]),
      graph("Function: duration", [metrics.writerTypical, metrics.writerSlowest]),
      graph("Function: environments; failed, refused events", [metrics.writerConcurrency], [metrics.failedEvents, metrics.refusedEvents]),
    );
    const { commandQueue: queue, commandTopic: topic, inference } = metrics;
    if (inference !== undefined) {
      dashboard.addWidgets(
        graph("Pictures: invocations, errors, throttles", [inference.invocations], [inference.errors, inference.throttles]),
        graph("Pictures: duration", [inference.typical, inference.slowest]),
        graph("Pictures: environments; models not loaded, lost labels", [inference.concurrency], [
          inference.modelNotLoaded, inference.lostResults,
        ]),
      );
    }
    if (queue !== undefined || topic !== undefined) {
      dashboard.addWidgets(
        ...(queue === undefined ? [] : [graph("Queue of commands: failed, age of the oldest", [queue.failed], [queue.oldest])]),
        ...(topic === undefined ? [] : [graph("Topic of commands: undelivered", [topic.undelivered])]),
      );
    }
    dashboard.addWidgets(
      graph("File system: burst credits", [metrics.burstCredits]),
      graph("File system: I/O limit, connections", [metrics.ioLimit], [metrics.connections]),
      graph("File system: metered bytes, permitted throughput", [metrics.meteredBytes], [metrics.permittedThroughput]),
    );
    dashboard.addWidgets(
      graph("Readers: age of the last scan, rejected configuration", [metrics.reader.stale], [metrics.reader.rejected]),
      graph("Page: requests, 5xx", [metrics.pageRequests], [metrics.pageErrors, metrics.apiErrors]),
      graph("Page: open connections, healthy readers", [metrics.openConnections], [metrics.healthyReaders]),
    );
    const { refusedRequests, failedSignIns } = metrics;
    dashboard.addWidgets(
      graph("Doors: refused tokens, refused requests", [metrics.reader.refusedTokens], refusedRequests && [refusedRequests]),
      ...(failedSignIns === undefined ? [] : [graph("Doors: failed sign-ins", [failedSignIns])]),
    );
    return dashboard;
  }
}

/** Returns the address of the section of an alarm. Its heading is the id, of which Markdown makes an anchor in lower case. */
function runbookLink({ id }: Alarm, { runbookUrl }: Settings): string {
  return `${runbookUrl}#${id.toLowerCase()}`;
}

function runbook(settings: Settings, all: readonly Alarm[]): string {
  const links = all.map((alarm) => `[${alarm.id}](${runbookLink(alarm, settings)})`);
  return [
    `# ${settings.name}`,
    `Throughput mode: **${settings.throughput}**. The runbook has a section for each alarm: ${links.join(", ")}.`,
    `In an emergency [stop the function](${settings.runbookUrl}#stop-the-function): readers go on, posting fails.`,
  ].join("\n\n");
}
