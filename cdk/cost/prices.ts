// Unit prices in US dollars: list prices of us-east-1, without free tier. They change: compare them with
// https://aws.amazon.com/<service>/pricing/ or `aws pricing get-products`.

/** The hours of a month in the prices of AWS. */
export const HOURS = 730;

export const PRICES = {
  /** Interface endpoint, per hour and zone. */
  endpointHour: 0.01,
  /** NAT gateway, per hour. */
  natHour: 0.045,
  /** Data through an interface endpoint, and through a NAT gateway, per GB. */
  endpointGb: 0.01,
  natGb: 0.045,
  /** Fargate on arm64, per vCPU and hour, and per GB of memory and hour. */
  fargateCpuHour: 0.03238,
  fargateGbHour: 0.00356,
  /** Load balancer, per hour, and per capacity unit (3,000 open connections, 25 new a second, 1 GB an hour) and hour. */
  loadBalancerHour: 0.0225,
  loadBalancerUnitHour: 0.008,
  /** Public IPv4 address, per hour; the load balancer has one in each zone. */
  addressHour: 0.005,
  /** Function on arm64, per request and per GB-second. */
  requestLambda: 0.2e-6,
  lambdaGbSecond: 0.0000133334,
  /** HTTP API, per request. */
  requestApi: 1.0e-6,
  /** Custom event, each 64 KB. */
  event: 1.0e-6,
  /** EFS Standard, per GB and month; Elastic throughput per GB read and written; backup per GB and month. */
  efsGbMonth: 0.3,
  efsReadGb: 0.03,
  efsWriteGb: 0.06,
  backupGbMonth: 0.05,
  /** KMS key and secret, each per month; reading a secret, per request. */
  keyMonth: 1.0,
  secretMonth: 0.4,
  secretRead: 0.05 / 10_000,
  /** WAF: web ACL and rule, each per month, and per request. */
  webAclMonth: 5.0,
  webAclRuleMonth: 1.0,
  webAclRequest: 0.6e-6,
  /** CloudWatch: logs taken in per GB, metric and alarm per month, dashboard per month after the third. */
  logGb: 0.5,
  metricMonth: 0.3,
  alarmMonth: 0.1,
  /** Data to the internet, per GB. */
  internetGb: 0.09,
} as const;
