// The facts that the template shares with the programs: `contract.json`, and what is derived from it.
//
// The file is imported when the template is made. No program reads it at run time; test/contract.test.ts and a test in
// each crate compare the programs with it.
import contract from "../../contract.json" with { type: "json" };

export { contract };

const { both: shared, writer: ofWriter, inference: ofInference, reader: ofReader } = contract.environment;

/** Makes writer and reader refuse a directory that is not a mount point: a wall that is stored there is lost with its container. */
const SHARED_ENVIRONMENT = { [shared.wall_dir]: contract.paths.wall_dir, [shared.require_mount]: "true" };

/** Settings that the environment of `lambda-writer` depends on. */
export interface WriterChoices {
  /** The name of the service, from which that of the readers in the VPC is made. */
  readonly name: string;
  /** The time for which an applied event is remembered, such as `14d`. */
  readonly retryWindow: string;
  /** The names of the documents that the function follows; `undefined` is none. */
  readonly configParameter?: string | undefined;
  readonly configObject?: string | undefined;
  readonly configAppConfig?: string | undefined;
  /** The files that the function publishes from sources, each as `name=source`; `undefined` is none. */
  readonly files?: readonly string[] | undefined;
  /** The followers of files that the function tells of a publication, each as `host:port`; `undefined` is none. */
  readonly followers?: readonly string[] | undefined;
}

/** The name of the readers in their namespace. It has the addresses of all tasks. */
export const READER_HOST = "reader";

/** Returns the DNS namespace of a service, which only its VPC resolves. */
export function namespace(name: string): string {
  return `${name.toLowerCase()}.internal`;
}

/** Returns the name that has the internal addresses of all tasks: the function tells them what it has written, and they ask each other. */
function readers(name: string): string {
  return `${READER_HOST}.${namespace(name)}:${contract.ports.internal}`;
}

/** Returns the environment of `lambda-writer`. */
export function writerEnvironment(choices: WriterChoices): Record<string, string> {
  const { name, retryWindow, configParameter, configObject, configAppConfig, files, followers } = choices;
  return {
    ...SHARED_ENVIRONMENT,
    // By default glibc keeps what each thread has freed, and large buffers after the first one.
    ...contract.allocator,
    [ofWriter.retry_window]: retryWindow,
    [ofWriter.readers]: readers(name),
    ...(configParameter === undefined ? {} : { [ofWriter.config_parameter]: configParameter }),
    ...(configObject === undefined ? {} : { [ofWriter.config_object]: configObject }),
    ...(configAppConfig === undefined ? {} : { [ofWriter.config_appconfig]: configAppConfig }),
    ...(files === undefined ? {} : { [ofWriter.files]: files.join(",") }),
    ...(followers === undefined ? {} : { [ofWriter.followers]: followers.join(",") }),
  };
}

/** Settings that the environment of `lambda-inference` depends on. */
export interface InferenceChoices {
  /** The hosts of pictures that are classified by URL; `undefined` is none. */
  readonly inferenceFetchAllow?: string | undefined;
}

/** Returns the environment of `lambda-inference`. */
export function inferenceEnvironment({ inferenceFetchAllow }: InferenceChoices): Record<string, string> {
  const { inference_dir, models, uploads } = contract.paths;
  return {
    [ofInference.models_dir]: `${inference_dir}/${models}`,
    [ofInference.uploads_dir]: `${inference_dir}/${uploads}`,
    // The default of the program is every public address.
    [ofInference.fetch_allow]: inferenceFetchAllow ?? "",
  };
}

/** Settings that the environment of `fargate-reader` depends on. */
export interface ReaderChoices {
  /** The name of the service, from which that of the readers in the VPC is made. */
  readonly name: string;
  /** The function that receives the posts of the page; `undefined` turns posting off. */
  readonly writerFunction: string | undefined;
  /** The function that classifies the pictures of the page; `undefined` leaves them without labels. */
  readonly inferenceFunction: string | undefined;
  /** The directory of the pictures; `undefined` is a wall without pictures. */
  readonly uploadsDir: string | undefined;
  /** The interval between scans while a stream is open, in milliseconds; `undefined` is the default of the reader. */
  readonly watchIntervalMs: number | undefined;
  /** Who may post on the page: anybody, or those who have the poster's token. */
  readonly posters: "anybody" | "token";
  /** The secrets that the tokens are read from, as `admin=<arn>,poster=<arn>`. */
  readonly tokensSecret: string;
  /** The origin of the page, as browsers send it. */
  readonly publicOrigin: string;
}

/** Returns the environment of `fargate-reader`. It names the secrets of the tokens and contains none. */
export function readerEnvironment(choices: ReaderChoices): Record<string, string> {
  const { name, writerFunction, inferenceFunction, uploadsDir, watchIntervalMs, posters, tokensSecret, publicOrigin } = choices;
  return {
    ...SHARED_ENVIRONMENT,
    [ofReader.listen]: `0.0.0.0:${contract.ports.reader}`,
    // The security group admits the function and the other tasks only.
    [ofReader.internal_listen]: `0.0.0.0:${contract.ports.internal}`,
    [ofReader.readers]: readers(name),
    // Another host writes the volume, so the kernel reports no changes.
    [ofReader.watch]: contract.watchers.network,
    // The alarm on stale readers counts lines of this level.
    [ofReader.log]: "info",
    [ofReader.posters]: posters,
    [ofReader.tokens_secret]: tokensSecret,
    [ofReader.public_origin]: publicOrigin,
    // The load balancer, which appends the address of the client to X-Forwarded-For. What stands before it may be invented.
    [ofReader.trusted_proxies]: "1",
    ...(writerFunction === undefined ? {} : { [ofReader.writer_function]: writerFunction }),
    ...(inferenceFunction === undefined ? {} : { [ofReader.inference_function]: inferenceFunction }),
    ...(uploadsDir === undefined ? {} : { [ofReader.uploads_dir]: uploadsDir }),
    ...(watchIntervalMs === undefined ? {} : { [ofReader.watch_interval_ms]: String(watchIntervalMs) }),
  };
}

/** A user on the file system, as the contract has it. */
export interface User {
  readonly uid: number;
  readonly gid: number;
}

/** Returns `user` as EFS and CDK expect it. */
export function posixUser({ uid, gid }: User): { readonly uid: string; readonly gid: string } {
  return { uid: String(uid), gid: String(gid) };
}

/** Returns the pattern of CloudWatch Logs for a field at the top level of a JSON log line, such as `$.message`. */
export function logField(name: string): string {
  return `$.${name}`;
}
