// The network: the first of the five security layers.
import { Tags } from "aws-cdk-lib";
import * as ec2 from "aws-cdk-lib/aws-ec2";
import { Construct, DependencyGroup, type IDependable } from "constructs";
import { contract } from "./contract.ts";
import { followedDocuments } from "./followed-documents.ts";
import { portOf } from "./followers.ts";
import { logGroup } from "./logs.ts";
import type { Settings } from "./settings.ts";

const NFS = ec2.Port.tcp(2049);

/** The VPC, and the security groups of load balancer, tasks, functions and file system. */
export class Network extends Construct {
  readonly vpc: ec2.IVpc;
  /** The subnets of the function, the tasks and the mount targets. They have no public addresses. */
  readonly privateSubnets: ec2.SubnetSelection;
  readonly loadBalancerGroup: ec2.SecurityGroup;
  readonly readerGroup: ec2.SecurityGroup;
  readonly writerGroup: ec2.SecurityGroup;
  /** The security group of the function that classifies pictures; undefined without it. */
  readonly inferenceGroup: ec2.SecurityGroup | undefined;
  readonly fileSystemGroup: ec2.ISecurityGroup;
  /** The security group of the interface endpoints; undefined without endpoints. */
  readonly endpointGroup: ec2.SecurityGroup | undefined;
  /** The endpoints, routes and rules that a task needs from its start to its end. */
  readonly ready: IDependable;
  private readonly needed = new DependencyGroup();

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    if (settings.vpcId === undefined) {
      this.vpc = this.newVpc(settings);
      this.privateSubnets = { subnetGroupName: "private" };
    } else {
      this.vpc = existingVpc(this, settings.vpcId, settings);
      this.privateSubnets = { subnets: this.vpc.privateSubnets };
    }

    this.loadBalancerGroup = this.group("LoadBalancer", "Browsers to the load balancer");
    this.readerGroup = this.group("Reader", "Reader tasks: requests from the load balancer, announcements of the function, questions of tasks");
    this.writerGroup = this.group("Writer", "The function: nothing in, NFS and announcements to the tasks out");
    if (settings.inference) this.inferenceGroup = this.group("Inference", "The function that classifies pictures: nothing in, NFS out");
    this.fileSystemGroup = settings.fileSystemSecurityGroupId === undefined
      ? this.group("FileSystem", "NFS from the functions and the tasks only")
      : ec2.SecurityGroup.fromSecurityGroupId(this, "FileSystem", settings.fileSystemSecurityGroupId);

    this.allow(this.writerGroup, this.fileSystemGroup, NFS, "NFS of the function");
    this.allow(this.readerGroup, this.fileSystemGroup, NFS, "NFS of the tasks");
    this.allow(this.writerGroup, this.readerGroup, ec2.Port.tcp(contract.ports.internal), "Announcements of the function to the tasks");
    this.allow(this.readerGroup, this.readerGroup, ec2.Port.tcp(contract.ports.internal), "Questions of the tasks to each other");
    this.allowInference(settings);
    if (settings.followersSecurityGroupId !== undefined) {
      const followersGroup = ec2.SecurityGroup.fromSecurityGroupId(this, "Followers", settings.followersSecurityGroupId);
      this.allowTelling(followersGroup, settings.followers ?? []);
      this.needed.add(followersGroup);
    }
    // To any address, because image layers come from S3, whose gateway endpoint has no security group.
    this.readerGroup.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.HTTPS, "AWS APIs: image, logs, tokens, Invoke");
    if (settings.vpcId === undefined && settings.natGateways === 0) this.endpointGroup = this.addEndpoints(settings);
    this.allowReadingDocuments(settings);
    if (this.inferenceGroup !== undefined) this.needed.add(this.inferenceGroup);
    this.needed.add(this.loadBalancerGroup, this.readerGroup, this.writerGroup, this.fileSystemGroup);
    this.needed.add(this.vpc.selectSubnets(this.privateSubnets).internetConnectivityEstablished);
    this.ready = this.needed;
  }

  /** Lets the function reach the followers, whose tasks have the group, at their ports and no others. */
  allowTelling(followersGroup: ec2.ISecurityGroup, followers: readonly string[]): void {
    for (const port of new Set(followers.map(portOf))) {
      // Both rules are in the stack of the group, which may use this VPC: rules here would make each stack wait for the other.
      followersGroup.connections.allowFrom(this.writerGroup, ec2.Port.tcp(port), "Announcements of the function to the followers of files");
    }
  }

  private newVpc(settings: Settings): ec2.Vpc {
    const vpc = new ec2.Vpc(this, "Vpc", {
      maxAzs: 2,
      natGateways: settings.natGateways,
      // Nothing uses the default group. Restricting it would take a custom resource with a function of its own.
      restrictDefaultSecurityGroup: false,
      subnetConfiguration: [
        { name: "public", subnetType: ec2.SubnetType.PUBLIC, cidrMask: 24, mapPublicIpOnLaunch: false },
        {
          name: "private",
          subnetType: settings.natGateways > 0 ? ec2.SubnetType.PRIVATE_WITH_EGRESS : ec2.SubnetType.PRIVATE_ISOLATED,
          cidrMask: 22,
        },
      ],
      flowLogs: {
        Rejected: {
          destination: ec2.FlowLogDestination.toCloudWatchLogs(logGroup(this, "network", settings)),
          trafficType: ec2.FlowLogTrafficType.REJECT,
        },
      },
    });
    Tags.of(vpc).add("Name", `${settings.name}/wall`);
    // Image layers come from S3, and so does a followed object. A gateway endpoint costs nothing.
    this.needed.add(vpc.addGatewayEndpoint("S3", { service: ec2.GatewayVpcEndpointAwsService.S3 }));
    return vpc;
  }

  /** Adds an endpoint for each AWS API that tasks and function call, and returns their security group. */
  private addEndpoints(settings: Settings): ec2.SecurityGroup {
    const group = this.group("Endpoints", "AWS APIs for the tasks only");
    group.addIngressRule(this.readerGroup, ec2.Port.HTTPS, "AWS APIs for the tasks");
    const services = {
      EcrApi: ec2.InterfaceVpcEndpointAwsService.ECR,
      EcrDocker: ec2.InterfaceVpcEndpointAwsService.ECR_DOCKER,
      Logs: ec2.InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
      Secrets: ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
      Lambda: ec2.InterfaceVpcEndpointAwsService.LAMBDA,
    };
    const ofFunction = followedDocuments(settings).flatMap(({ endpoint }) => endpoint === undefined ? [] : [[endpoint.id, endpoint.service] as const]);
    for (const [name, service] of new Map([...Object.entries(services), ...ofFunction])) {
      this.needed.add(new ec2.InterfaceVpcEndpoint(this, name, {
        vpc: this.vpc,
        service,
        subnets: this.privateSubnets,
        securityGroups: [group],
        open: false,
      }));
    }
    this.needed.add(group);
    return group;
  }

  /** Lets the function reach the APIs through which it reads the documents that it follows. Without any it reaches none. */
  private allowReadingDocuments(settings: Settings): void {
    for (const { id, endpoint } of followedDocuments(settings)) {
      const description = `AWS API of the followed ${id}`;
      if (endpoint !== undefined && this.endpointGroup !== undefined) {
        this.allow(this.writerGroup, this.endpointGroup, ec2.Port.HTTPS, "AWS APIs of followed documents");
      } else {
        this.writerGroup.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.HTTPS, description);
      }
    }
  }

  /** Lets the function that classifies pictures mount the file system, and fetch pictures only if hosts are allowed. */
  private allowInference(settings: Settings): void {
    if (this.inferenceGroup === undefined) return;
    this.allow(this.inferenceGroup, this.fileSystemGroup, NFS, "NFS of the function that classifies pictures");
    if (settings.inferenceFetchAllow !== undefined) {
      this.inferenceGroup.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.HTTPS, "Pictures of the hosts of inferenceFetchAllow");
    }
  }

  private group(id: string, description: string): ec2.SecurityGroup {
    const group = new ec2.SecurityGroup(this, `${id}Group`, { vpc: this.vpc, description, allowAllOutbound: false });
    // EC2 adds a rule that allows all egress to a group without an egress rule of its own. Rules that name another group
    // are separate resources and do not count. AWS documents this rule to the loopback address for the purpose.
    group.addEgressRule(ec2.Peer.ipv4("127.0.0.1/32"), ec2.Port.allTraffic(), "No egress, instead of the default rule of EC2");
    return group;
  }

  private allow(from: ec2.SecurityGroup, to: ec2.ISecurityGroup, port: ec2.Port, description: string): void {
    from.addEgressRule(to, port, description);
    to.addIngressRule(from, port, description);
  }
}

/** Returns the VPC with the ids of the settings. A look-up would need an account at synth, and could find other subnets. */
function existingVpc(scope: Construct, vpcId: string, { privateSubnetIds = [], publicSubnetIds = [] }: Settings): ec2.IVpc {
  return ec2.Vpc.fromVpcAttributes(scope, "Vpc", {
    vpcId,
    privateSubnetIds: [...privateSubnetIds],
    publicSubnetIds: [...publicSubnetIds],
    // CDK needs the number of zones; nothing here uses their names.
    availabilityZones: privateSubnetIds.map((_, index) => `zone ${index + 1}`),
  });
}
