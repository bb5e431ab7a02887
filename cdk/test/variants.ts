// The variants of the settings that the tests of the whole template go through.
export const CERTIFICATE = "arn:aws:acm:eu-west-1:123456789012:certificate/00000000-0000-0000-0000-000000000000";
export const ORIGIN = "https://wall.example.org";
/** A page by HTTPS, as the guide describes it. */
export const HTTPS = { certificateArn: CERTIFICATE, pageOrigin: ORIGIN };
/** A page by HTTP, without the consent of the deployer: the same as no setting. */
export const NO_CERTIFICATE = { plainHttp: false };
/** A sign-in at the load balancer. */
export const SIGN_IN = {
  oidcIssuer: "https://signin.example.org",
  oidcAuthorizationEndpoint: "https://signin.example.org/oauth2/authorize",
  oidcTokenEndpoint: "https://signin.example.org/oauth2/token",
  oidcUserInfoEndpoint: "https://signin.example.org/oauth2/userInfo",
  oidcClientId: "wall",
  oidcClientSecretName: "wall/signin",
};
export const KEY = "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000";
export const VPC = {
  vpcId: "vpc-0123456789abcdef0",
  privateSubnetIds: "subnet-0123456789abcdef0,subnet-0123456789abcdef1",
  publicSubnetIds: "subnet-0123456789abcdef2,subnet-0123456789abcdef3",
};
export const FILE_SYSTEM = { fileSystemId: "fs-0123456789abcdef0", fileSystemSecurityGroupId: "sg-0123456789abcdef0" };

/** Settings that follow a document of each kind. */
export const FOLLOWED = {
  configParameter: "/messagewall/config",
  configObject: "s3://walls/release/wall.yaml",
  configAppConfig: "abc1234/def5678/ghi9012",
};
/** A file of each kind of source, and two of one. */
export const FILES = { files: "app.yaml=s3://releases/app/app.yaml,hosts=ssm:/app/hosts,limits=ssm:limits" };
/** Followers of files: two at one port, and one at another. */
export const FOLLOWERS = {
  followers: "app.internal:8082, proxy.internal:8082,10.0.0.7:9000", followersSecurityGroupId: "sg-0123456789abcdef1",
};
export const KEYS = { configParameterKeyArn: KEY, configObjectKeyArn: KEY };

export const VARIANTS: Record<string, Record<string, unknown>> = {
  "defaults, with a certificate": {},
  "defaults, without a certificate": NO_CERTIFICATE,
  "open wall": { openWall: true },
  "with NAT": { natGateways: 2 },
  "plain HTTP, bursting, data deleted with the stack": { plainHttp: true, throughput: "bursting", keepData: false },
  "sign-in": SIGN_IN,
  "anybody posts, no WAF, nothing reserved": {
    anybodyPosts: true, wafRatePerFiveMinutes: 0, reservedConcurrency: "none", inferenceReservedConcurrency: "none",
  },
  "read-only, for two ranges": { pagePosts: false, pageFrom: "192.0.2.0/24,198.51.100.7/32" },
  "existing VPC": VPC,
  "existing VPC and file system": { ...VPC, ...FILE_SYSTEM },
  "everything followed, with keys": { ...FOLLOWED, ...KEYS },
  "files, with a key": { ...FILES, filesKeyArn: KEY },
  "everything followed, with NAT": { ...FOLLOWED, ...FILES, natGateways: 1 },
  "followers of files, in an existing VPC": { ...VPC, ...FOLLOWERS },
  "everything followed, in an existing VPC": { ...FOLLOWED, ...VPC },
  "standard queue with large batches, topic": { commandQueue: "standard", commandBatch: 1000, commandTopic: true },
  "FIFO queue": { commandQueue: "fifo" },
  "no inference": { inference: false },
  "inference: provisioned, fetching, open": { inferenceProvisionedConcurrency: 2, inferenceReservedConcurrency: 5, natGateways: 1, inferenceFetchAllow: "*", openWall: true },
};
