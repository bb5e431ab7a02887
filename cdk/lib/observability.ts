// Observability: a dashboard to look at, alarms that call somebody, and a runbook that says what to do.
import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import * as sns from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Construct } from "constructs";
import { type Alarm, alarms } from "./alarms.ts";
import type { Metrics } from "./metrics.ts";
import type { Settings } from "./settings.ts";

export interface ObservabilityProps {
  readonly settings: Settings;
  readonly metrics: Metrics;
}

/** What watches the stack. */
export class Observability extends Construct {
  /** Every alarm is told here. */
  readonly topic: sns.Topic;
  readonly dashboard: cloudwatch.Dashboard;

  constructor(scope: Construct, id: string, { settings, metrics }: ObservabilityProps) {
    super(scope, id);
    this.topic = new sns.Topic(this, "Topic", { displayName: `${settings.name} alarms`, enforceSSL: true });
    if (settings.alarmEmail !== undefined) this.topic.addSubscription(new EmailSubscription(settings.alarmEmail));
    const all = alarms(settings, metrics);
    const constructs = all.map((alarm) => this.alarm(alarm, settings));
    this.dashboard = this.draw(settings, metrics, all, constructs);
  }

  private alarm(alarm: Alarm, settings: Settings): cloudwatch.Alarm {
    const minutesPerPeriod = alarm.metric.period.toMinutes();
    const construct = new cloudwatch.Alarm(this, alarm.id, {
      alarmName: `${settings.name}-${alarm.id}`,
      alarmDescription: `${alarm.meaning} What to do: ${settings.runbookUrl}#${alarm.runbook}`,
      metric: alarm.metric,
      threshold: alarm.threshold,
      comparisonOperator: alarm.comparison ?? cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: Math.max(1, Math.ceil(alarm.minutes / minutesPerPeriod)),
      treatMissingData: alarm.silence ?? cloudwatch.TreatMissingData.NOT_BREACHING,
    });
    construct.addAlarmAction(new SnsAction(this.topic));
    construct.addOkAction(new SnsAction(this.topic));
    return construct;
  }

  private draw(
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
    dashboard.addWidgets(
      graph("File system: burst credits", [metrics.burstCredits]),
      graph("File system: I/O limit, connections", [metrics.ioLimit], [metrics.connections]),
      graph("File system: bytes metered, bytes permitted", [metrics.meteredBytes], [metrics.permittedThroughput]),
    );
    dashboard.addWidgets(
      graph("Readers: staleness, rejected configuration", [metrics.reader.stale], [metrics.reader.rejected]),
      graph("Page: requests, 5xx", [metrics.pageRequests], [metrics.pageErrors, metrics.apiErrors]),
      graph("Page: open connections, healthy readers", [metrics.openConnections], [metrics.healthyReaders]),
    );
    return dashboard;
  }
}

function runbook(settings: Settings, all: readonly Alarm[]): string {
  const links = all.map(({ id, runbook }) => `[${id}](${settings.runbookUrl}#${runbook})`);
  return [
    `# ${settings.name}`,
    `Throughput: **${settings.throughput}**. What to do when an alarm fires: ${links.join(", ")}.`,
    "Throughput is an average over the day, not what a moment needs: watch the credits. "
    + `In an emergency stop the writer: [set its reserved concurrency to 0](${settings.runbookUrl}#burst-credits-run-out).`,
  ].join("\n\n");
}
