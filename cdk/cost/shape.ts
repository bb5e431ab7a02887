// How many of the things that cost by the month the stack has. test/cost.test.ts holds this against the template.

/** Zones that the network spans. */
export const zones = 2;

/** Interface endpoints in each zone. */
export const interfaceEndpoints = 5;

/** Alarms. */
export const alarmCount = 13;

/** Custom metrics that are made of log lines. */
export const logMetrics = 3;

/** Custom metrics that Container Insights makes for one small cluster with one service, about. */
export const containerInsightsMetrics = 20;
