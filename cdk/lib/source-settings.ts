// The settings of the sources of commands: followed documents, a queue and a topic.
import { z } from "zod";
import { boolean, integer, list, oneOf, text } from "./setting-values.ts";

const PARAMETER = /^(?=.{1,1011}$)(?!\/?(aws|ssm))((\/[\w.-]+){1,15}|[\w.-]+)$/i;
const OBJECT = /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/[^*?$\p{Cc}]{1,1024}$/u;
/** The most files that a stack publishes from sources: each has a rule and a statement, which IAM bounds. */
const MOST_FILES = 20;

/** A file and its source. */
const file = () =>
  z.string().refine((entry) => {
    const [, source = ""] = /^[\w-][\w.-]{0,99}=(.*)$/s.exec(entry) ?? [];
    return source.startsWith("ssm:") ? PARAMETER.test(source.slice(4)) : OBJECT.test(source);
  });

const keyArn = () => text(/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]+$/, "the ARN of a KMS key");

export const SOURCE_FIELDS = {
  /**
   * The name of a parameter of Parameter Store, in the account and Region of the stack. Each new version is published as the
   * configuration. Default: none.
   */
  configParameter: text(PARAMETER, "the name of a parameter such as /messagewall/config").optional(),
  /** The customer managed key that the parameter is encrypted with. Default: none, or the key of AWS. */
  configParameterKeyArn: keyArn().optional(),
  /**
   * An object of S3, in a bucket in the account and Region of the stack that sends its events to EventBridge. Each new
   * version is published as the configuration. IAM gives `*`, `?` and `$` a meaning, so the key has none of them.
   * Default: none.
   */
  configObject: text(OBJECT, "an object such as s3://bucket/wall.json, without * ? $ in its key").optional(),
  /** The customer managed key that the object is encrypted with. Default: none, or the key of S3. */
  configObjectKeyArn: keyArn().optional(),
  /** A configuration of AppConfig, as the ids of application, environment and profile. Default: none. */
  configAppConfig: text(/^[a-z0-9]{4,7}(\/[a-z0-9]{4,7}){2}$/, "three ids of AppConfig such as abc1234/def5678/ghi9012").optional(),
  /**
   * Up to 20 objects and parameters that are published as files, each as `name=s3://bucket/key` or `name=ssm:/parameter`, with
   * commas between. Account, Region and keys are as above, and a key has no comma. Default: none.
   */
  files: list(file(), "files such as app.yaml=s3://bucket/app.yaml or hosts=ssm:/app/hosts, 20 at most, with commas between")
    .refine((files) => files.length <= MOST_FILES, { error: `at most ${MOST_FILES} files` }).optional(),
  /** The customer managed key that the sources of the files are encrypted with. Default: none, or the keys of AWS. */
  filesKeyArn: keyArn().optional(),
  /**
   * The rate at which the followed documents are read again, because their events are best effort. `off` turns it off.
   * Default: `rate(15 minutes)` if a document is followed.
   */
  reconcile: text(/^(off|rate\([1-9]\d{0,4} (minute|hour|day)s?\))$/, "off or a rate such as rate(15 minutes)").optional(),
  /** The queue for commands: `none`, `standard` or `fifo`. Default `none`. */
  commandQueue: oneOf(["none", "standard", "fifo"]).default("none"),
  /** The most messages of the queue in one invocation. Default 10. */
  commandBatch: integer(1, 1000).default(10),
  /** Makes a topic for commands. Default false. */
  commandTopic: boolean().default(false),
};
