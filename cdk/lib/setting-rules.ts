// The rules about several settings.
import { DOOR_RULES } from "./door-rules.ts";
import { INFERENCE_RESERVED } from "./function-settings.ts";
import { type Rule, together } from "./setting-rule.ts";

/** All rules. */
export const RULES: readonly Rule[] = [
  {
    about: ["vpcId", "privateSubnetIds", "publicSubnetIds"],
    holds: ({ vpcId, privateSubnetIds, publicSubnetIds }) => together(vpcId, privateSubnetIds, publicSubnetIds),
    problem: "vpcId, privateSubnetIds and publicSubnetIds go together: set all three, or none for a new VPC",
  },
  {
    about: ["throughput", "provisionedMibps"],
    holds: ({ throughput, provisionedMibps }) => throughput !== "provisioned" || provisionedMibps !== undefined,
    problem: "throughput=provisioned needs provisionedMibps, the throughput in MiB per second",
  },
  {
    about: ["provisionedMibps", "throughput"],
    holds: ({ throughput, provisionedMibps }) => throughput === "provisioned" || provisionedMibps === undefined,
    problem: "provisionedMibps needs throughput=provisioned",
  },
  {
    about: ["fileSystemId", "vpcId", "fileSystemSecurityGroupId"],
    holds: ({ fileSystemId, vpcId, fileSystemSecurityGroupId }) =>
      fileSystemId === undefined || (vpcId !== undefined && fileSystemSecurityGroupId !== undefined),
    problem: "fileSystemId needs vpcId and fileSystemSecurityGroupId: its mount targets are in a VPC and have a security group",
  },
  {
    about: ["fileSystemSecurityGroupId", "fileSystemId"],
    holds: ({ fileSystemId, fileSystemSecurityGroupId }) => fileSystemId !== undefined || fileSystemSecurityGroupId === undefined,
    problem: "fileSystemSecurityGroupId needs fileSystemId: a new file system gets a new security group",
  },
  {
    about: ["natGateways", "vpcId"],
    holds: ({ vpcId, natGateways }) => vpcId === undefined || natGateways === 0,
    problem: "natGateways needs a new VPC: with vpcId the routes of that VPC are used",
  },
  {
    about: ["privateSubnetIds", "publicSubnetIds"],
    holds: ({ privateSubnetIds, publicSubnetIds }) =>
      privateSubnetIds === undefined || publicSubnetIds === undefined || privateSubnetIds.length === publicSubnetIds.length,
    problem: "privateSubnetIds and publicSubnetIds need the same number of subnets: one of each for each zone",
  },
  {
    about: ["readerMax", "readerMin"],
    holds: ({ readerMin, readerMax }) => readerMin <= readerMax,
    problem: "readerMax must not be less than readerMin",
  },
  {
    about: ["configParameterKeyArn", "configParameter"],
    holds: ({ configParameter, configParameterKeyArn }) => configParameter !== undefined || configParameterKeyArn === undefined,
    problem: "configParameterKeyArn needs configParameter: it is the key of the parameter",
  },
  {
    about: ["configObjectKeyArn", "configObject"],
    holds: ({ configObject, configObjectKeyArn }) => configObject !== undefined || configObjectKeyArn === undefined,
    problem: "configObjectKeyArn needs configObject: it is the key of the object",
  },
  {
    about: ["filesKeyArn", "files"],
    holds: ({ files, filesKeyArn }) => files !== undefined || filesKeyArn === undefined,
    problem: "filesKeyArn needs files: it is the key of their sources",
  },
  {
    about: ["files"],
    holds: ({ files = [] }) => [0, 1].every((part) => new Set(files.map((file) => file.split(/=(.*)/s)[part])).size === files.length),
    problem: "files must have each name and each source once",
  },
  {
    about: ["followers", "followersSecurityGroupId"],
    holds: ({ followers, followersSecurityGroupId }) => together(followers, followersSecurityGroupId),
    problem: "followers and followersSecurityGroupId go together: the function reaches them through the security group of their tasks",
  },
  {
    about: ["reconcile", "configParameter", "configObject", "configAppConfig", "files"],
    holds: ({ reconcile = "off", configParameter, configObject, configAppConfig, files }) =>
      reconcile === "off" || (configParameter ?? configObject ?? configAppConfig ?? files) !== undefined,
    problem: "reconcile needs configParameter, configObject, configAppConfig or files: there is nothing to read again",
  },
  {
    about: ["commandBatch", "commandQueue"],
    holds: ({ commandBatch, commandQueue }) => commandBatch <= 10 || commandQueue === "standard",
    problem: "commandBatch above 10 needs commandQueue=standard",
  },
  {
    about: ["commandQueue", "reservedConcurrency"],
    // 0 stops the function, and the queue with it.
    holds: ({ commandQueue, reservedConcurrency }) => commandQueue === "none" || reservedConcurrency !== 1,
    problem: "commandQueue needs a reservedConcurrency of 2 or more: Lambda reads a queue for two environments at least",
  },
  {
    about: ["inferenceProvisionedConcurrency", "inferenceReservedConcurrency"],
    holds: ({ inferenceProvisionedConcurrency: provisioned, inferenceReservedConcurrency: reserved }) =>
      reserved === "none" || provisioned <= reserved,
    problem: "inferenceProvisionedConcurrency must not be more than inferenceReservedConcurrency",
  },
  {
    about: ["inferenceFetchAllow", "natGateways", "vpcId"],
    holds: ({ inferenceFetchAllow, natGateways, vpcId }) => inferenceFetchAllow === undefined || natGateways > 0 || vpcId !== undefined,
    problem: "inferenceFetchAllow needs natGateways or vpcId: without them the function has no way to the internet",
  },
  {
    about: ["inferenceReservedConcurrency", "inference"],
    holds: ({ inference, inferenceReservedConcurrency }) => inference || inferenceReservedConcurrency === INFERENCE_RESERVED,
    problem: "inferenceReservedConcurrency needs inference=true",
  },
  {
    about: ["inferenceProvisionedConcurrency", "inference"],
    holds: ({ inference, inferenceProvisionedConcurrency }) => inference || inferenceProvisionedConcurrency === 0,
    problem: "inferenceProvisionedConcurrency needs inference=true",
  },
  {
    about: ["inferenceFetchAllow", "inference"],
    holds: ({ inference, inferenceFetchAllow }) => inference || inferenceFetchAllow === undefined,
    problem: "inferenceFetchAllow needs inference=true",
  },
  ...DOOR_RULES,
];
