// The documents outside the volume that the function follows, as data: parameter, object, configuration of AppConfig.
import { Stack } from "aws-cdk-lib";
import * as ec2 from "aws-cdk-lib/aws-ec2";
import type * as events from "aws-cdk-lib/aws-events";
import * as iam from "aws-cdk-lib/aws-iam";
import { contract } from "./contract.ts";
import type { Settings } from "./settings.ts";

const EVENTS = contract.events;

/** The rate at which followed documents are read again, unless the setting `reconcile` says otherwise. */
export const RECONCILE_RATE = "rate(15 minutes)";

/** A document that the function follows. */
export interface FollowedDocument {
  readonly id: string;
  /** The name of the document, as the setting has it. */
  readonly name: string;
  /** The events about this document and no other. */
  readonly pattern: events.EventPattern;
  /** Returns the permissions that reading the document takes. */
  readonly permissions: (stack: Stack) => iam.PolicyStatement[];
  /** The interface endpoint through which the document is read. S3 has none: its gateway endpoint is always there. */
  readonly endpoint: Endpoint | undefined;
}

/** An interface endpoint, with the id of its construct. Documents of one service share it. */
interface Endpoint {
  readonly id: string;
  readonly service: ec2.InterfaceVpcEndpointAwsService;
}

/** Returns the documents that the settings name. */
export function followedDocuments(settings: Settings): readonly FollowedDocument[] {
  const { configParameter, configParameterKeyArn, configObject, configObjectKeyArn, configAppConfig } = settings;
  return [
    ...(configParameter === undefined ? [] : [parameter("Parameter", configParameter, configParameterKeyArn)]),
    ...(configObject === undefined ? [] : [object("Object", configObject, configObjectKeyArn)]),
    ...(configAppConfig === undefined ? [] : [appConfig(configAppConfig)]),
    ...(settings.files ?? []).map((entry, index) => file(entry, `File${index + 1}`, settings.filesKeyArn)),
  ];
}

/** Returns the rate at which the documents are read again; `undefined` is never. */
export function reconcileRate(settings: Settings): string | undefined {
  const rate = settings.reconcile ?? (followedDocuments(settings).length > 0 ? RECONCILE_RATE : "off");
  return rate === "off" ? undefined : rate;
}

/** The source of a file, from its entry `name=source`. */
function file(entry: string, id: string, keyArn: string | undefined): FollowedDocument {
  const source = entry.slice(entry.indexOf("=") + 1);
  return source.startsWith("ssm:") ? parameter(id, source.slice("ssm:".length), keyArn) : object(id, source, keyArn);
}

function parameter(id: string, name: string, keyArn: string | undefined): FollowedDocument {
  const { source, detail_types, operations } = EVENTS.parameter;
  return {
    id,
    name,
    pattern: { source: [source], detailType: detail_types, detail: { name: [name], operation: operations } },
    permissions: (stack) => [
      allow(`Read${id}`, ["ssm:GetParameter"], stack.formatArn({
        service: "ssm",
        resource: "parameter",
        resourceName: name.replace(/^\//, ""),
      })),
      ...decrypt(stack, `Decrypt${id}`, "ssm", keyArn),
    ],
    endpoint: { id: "Parameter", service: ec2.InterfaceVpcEndpointAwsService.SSM },
  };
}

function object(id: string, address: string, keyArn: string | undefined): FollowedDocument {
  const { source, detail_types } = EVENTS.object;
  const [, bucket = "", key = ""] = /^s3:\/\/([^/]+)\/(.+)$/s.exec(address) ?? [];
  return {
    id,
    name: address,
    pattern: { source: [source], detailType: detail_types, detail: { bucket: { name: [bucket] }, object: { key: [key] } } },
    permissions: (stack) => [
      // The function reads the newest version, which takes no s3:GetObjectVersion.
      allow(`Read${id}`, ["s3:GetObject"], stack.formatArn({
        service: "s3", region: "", account: "", resource: bucket, resourceName: key,
      })),
      ...decrypt(stack, `Decrypt${id}`, "s3", keyArn),
    ],
    endpoint: undefined,
  };
}

function appConfig(name: string): FollowedDocument {
  const { source, detail_types } = EVENTS.appconfig;
  const [application = "", environment = "", profile = ""] = name.split("/");
  return {
    id: "AppConfig",
    name,
    pattern: {
      source: [source],
      detailType: detail_types,
      detail: { Application: { Id: [application] }, Environment: { Id: [environment] }, ConfigurationProfile: { Id: [profile] } },
    },
    permissions: (stack) => [
      allow("ReadAppConfig", ["appconfig:StartConfigurationSession", "appconfig:GetLatestConfiguration"], stack.formatArn({
        service: "appconfig",
        resource: "application",
        resourceName: `${application}/environment/${environment}/configuration/${profile}`,
      })),
    ],
    endpoint: { id: "AppConfig", service: ec2.InterfaceVpcEndpointAwsService.APPCONFIGDATA },
  };
}

/** Allows decryption with a customer managed key through a service. The service calls KMS, so the function needs no route to it. */
function decrypt(stack: Stack, sid: string, service: string, keyArn: string | undefined): iam.PolicyStatement[] {
  if (keyArn === undefined) return [];
  const conditions = { StringEquals: { "kms:ViaService": `${service}.${stack.region}.${stack.urlSuffix}` } };
  return [new iam.PolicyStatement({ sid, actions: ["kms:Decrypt"], resources: [keyArn], conditions })];
}

function allow(sid: string, actions: string[], resource: string): iam.PolicyStatement {
  return new iam.PolicyStatement({ sid, actions, resources: [resource] });
}
