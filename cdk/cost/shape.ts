// The number of resources with a monthly price in the stack. test/cost.test.ts compares them with the template.

/** Zones of the network. */
export const zones = 2;

/** Interface endpoints in each zone. */
export const interfaceEndpoints = 5;

/** Alarms. */
export const alarmCount = 21;

/** Custom metrics from log lines. */
export const logMetrics = 5;

/** Secrets: the tokens of the admin and of the posters. */
export const secretCount = 2;

/** Rules of the web ACL. */
export const webAclRules = 1;

/** Custom metrics of Container Insights for a cluster with one service, an estimate. */
export const containerInsightsMetrics = 20;
