// Network: the first of the five security layers. Who can reach whom at all.
import { Tags } from "aws-cdk-lib";
import * as ec2 from "aws-cdk-lib/aws-ec2";
import { Construct } from "constructs";
import { logGroup } from "./logs.ts";
import type { Settings } from "./settings.ts";

const NFS = ec2.Port.tcp(2049);

/** The VPC, and a security group for each that speaks in it: browsers' door, tasks, function, file system. */
export class Network extends Construct {
  readonly vpc: ec2.IVpc;
  /** Where the function, the tasks and the mount targets live: no address of theirs is public. */
  readonly privateSubnets: ec2.SubnetSelection;
  readonly doorGroup: ec2.SecurityGroup;
  readonly readerGroup: ec2.SecurityGroup;
  readonly writerGroup: ec2.SecurityGroup;
  readonly fileSystemGroup: ec2.ISecurityGroup;
  /** Of the interface endpoints, where there are any. */
  readonly endpointGroup: ec2.SecurityGroup | undefined;

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    if (settings.vpcId === undefined) {
      this.vpc = this.newVpc(settings);
      this.privateSubnets = { subnetGroupName: "private" };
    } else {
      this.vpc = broughtVpc(this, settings.vpcId, settings);
      this.privateSubnets = { subnets: this.vpc.privateSubnets };
    }

    this.doorGroup = this.group("Door", "Browsers to the load balancer");
    this.readerGroup = this.group("Reader", "Reader tasks: requests from the load balancer only");
    this.writerGroup = this.group("Writer", "The function: nothing in, NFS out");
    this.fileSystemGroup = settings.fileSystemSecurityGroupId === undefined
      ? this.group("FileSystem", "NFS from the function and the tasks only")
      : ec2.SecurityGroup.fromSecurityGroupId(this, "FileSystem", settings.fileSystemSecurityGroupId);

    this.allow(this.writerGroup, this.fileSystemGroup, NFS, "NFS of the function");
    this.allow(this.readerGroup, this.fileSystemGroup, NFS, "NFS of the tasks");
    // AWS's own APIs: by interface endpoint, or by the way out that the VPC has. Image layers come from S3,
    // whose gateway endpoint has no security group that could be named here.
    this.readerGroup.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.HTTPS, "AWS APIs: image, logs, secret, Invoke");
    if (settings.vpcId === undefined && settings.natGateways === 0) this.endpointGroup = this.addEndpoints();
  }

  private newVpc(settings: Settings): ec2.Vpc {
    const vpc = new ec2.Vpc(this, "Vpc", {
      maxAzs: 2,
      natGateways: settings.natGateways,
      // The default group is used by nobody; restricting it would cost a custom resource with its own function.
      restrictDefaultSecurityGroup: false,
      subnetConfiguration: [
        { name: "public", subnetType: ec2.SubnetType.PUBLIC, cidrMask: 24, mapPublicIpOnLaunch: false },
        {
          name: "private",
          subnetType: settings.natGateways > 0 ? ec2.SubnetType.PRIVATE_WITH_EGRESS : ec2.SubnetType.PRIVATE_ISOLATED,
          cidrMask: 22,
        },
      ],
      // Free of charge, and image layers are the largest thing that is ever fetched.
      gatewayEndpoints: { S3: { service: ec2.GatewayVpcEndpointAwsService.S3 } },
      flowLogs: {
        Rejected: {
          destination: ec2.FlowLogDestination.toCloudWatchLogs(logGroup(this, "network", settings)),
          trafficType: ec2.FlowLogTrafficType.REJECT,
        },
      },
    });
    Tags.of(vpc).add("Name", `${settings.name}/wall`);
    return vpc;
  }

  /** What a task without a way to the internet calls. The function calls no AWS API. */
  private addEndpoints(): ec2.SecurityGroup {
    const group = this.group("Endpoints", "AWS APIs for the tasks only");
    group.addIngressRule(this.readerGroup, ec2.Port.HTTPS, "AWS APIs for the tasks");
    const services = {
      EcrApi: ec2.InterfaceVpcEndpointAwsService.ECR,
      EcrDocker: ec2.InterfaceVpcEndpointAwsService.ECR_DOCKER,
      Logs: ec2.InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
      Secrets: ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
      Lambda: ec2.InterfaceVpcEndpointAwsService.LAMBDA,
    };
    for (const [name, service] of Object.entries(services)) {
      new ec2.InterfaceVpcEndpoint(this, name, {
        vpc: this.vpc,
        service,
        subnets: this.privateSubnets,
        securityGroups: [group],
        open: false,
      });
    }
    return group;
  }

  private group(id: string, description: string): ec2.SecurityGroup {
    const group = new ec2.SecurityGroup(this, `${id}Group`, { vpc: this.vpc, description, allowAllOutbound: false });
    // EC2 lets a new group speak to everybody unless the group itself has a rule; rules that name another group
    // are resources of their own and do not count. To itself is the rule that AWS documents for this.
    group.addEgressRule(ec2.Peer.ipv4("127.0.0.1/32"), ec2.Port.allTraffic(), "Nowhere, instead of EC2's everywhere");
    return group;
  }

  private allow(from: ec2.SecurityGroup, to: ec2.ISecurityGroup, port: ec2.Port, why: string): void {
    from.addEgressRule(to, port, why);
    to.addIngressRule(from, port, why);
  }
}

/** By its ids, not by a look-up: synth needs no account then, and the deployer says which subnets are meant. */
function broughtVpc(scope: Construct, vpcId: string, { privateSubnetIds = [], publicSubnetIds = [] }: Settings): ec2.IVpc {
  return ec2.Vpc.fromVpcAttributes(scope, "Vpc", {
    vpcId,
    privateSubnetIds: [...privateSubnetIds],
    publicSubnetIds: [...publicSubnetIds],
    // CDK counts the zones and nothing here asks for their names.
    availabilityZones: privateSubnetIds.map((_, index) => `zone ${index + 1}`),
  });
}
