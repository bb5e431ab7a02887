// What the template and the programs must agree on, and nothing else.
//
// Every path, port, id and environment variable that `lambda-writer` and `fargate-reader` read is named
// here once. test/contract.test.ts holds this file against what the two binaries say in `--help`.

/** Where both programs see the wall: the access points' root. The path of the 2020 blog post. */
export const WALL_DIR = "/mnt/msg";

/** The directory on the file system that both access points show as their root. */
export const ACCESS_POINT_PATH = "/message";

/** Who the function is on the file system: the owner of everything. */
export const WRITER_USER = { uid: "1001", gid: "1001" } as const;

/** Who the tasks are on the file system: of the owner's group, so that 0750 and 0640 let them only read. */
export const READER_USER = { uid: "1002", gid: "1001" } as const;

/** The mode of the access points' root when the first mount creates it. */
export const ROOT_MODE = "750";

/** The port the reader listens on inside its task. */
export const READER_PORT = 8080;

/** The reader's program inside its image. */
export const READER_PROGRAM = "/fargate-reader";

/** The reader's own subcommand that answers whether the reader beside it is alive; the image has no shell. */
export const HEALTHCHECK_SUBCOMMAND = "healthcheck";

/** Ready once a first snapshot was read; the load balancer sends browsers only to tasks that are. */
export const READY_PATH = "/ready";

/** How often an open event stream says something, in seconds. Every timeout on the way must be longer. */
export const SSE_KEEP_ALIVE_SECONDS = 10;

/** The function's part of the API's path: `/default/MessageWall`, as in the blog post. */
export const API_STAGE = "default";
export const API_ROUTE = "/MessageWall";

/** The events the writer understands, by source and detail type. */
export const EVENT_SOURCE = "messagewall";
export const EVENT_DETAIL_TYPES = ["Config Change Requested", "Config Rollback Requested", "Message Posted"] as const;

/**
 * The line that a reader logs after its first look at the volume and then every 30 s, of which CloudWatch makes metrics:
 *
 * `{"level":"INFO","message":"reader_status","last_look_age_seconds":0.21,"config_rejected":false, ...}`
 *
 * `last_look_age_seconds` is the age of the last successful look at the volume, `config_rejected` whether the
 * configuration on disk is not the one running: the reader's Prometheus gauges of the same names.
 */
export const STATUS_LOG = {
  message: "reader_status",
  messageField: "$.message",
  ageField: "$.last_look_age_seconds",
  rejectedField: "$.config_rejected",
  everySeconds: 30,
} as const;

/**
 * The line that the function logs for an event that no retry can help, of which CloudWatch makes a metric:
 *
 * `{"level":"ERROR","message":"event refused for good","error":"config_invalid","detail":"...","file":"rejected/....json"}`
 *
 * `error` is the stable name, `detail` says what is wrong, `file` is where the event was stored on the volume.
 */
export const REFUSED_LOG = {
  message: "event refused for good",
  messageField: "$.message",
  errorField: "$.error",
  detailField: "$.detail",
  fileField: "$.file",
} as const;

/** Neither program takes the mount's empty directory for the wall: a wall that is kept there is gone with its container. */
const REQUIRE_MOUNT = "true";

/** What decides the environment of `lambda-writer`. */
export interface WriterChoices {
  /** How long an applied event is remembered, such as `14d`. */
  readonly retryWindow: string;
}

/** The environment of `lambda-writer`. */
export function writerEnvironment({ retryWindow }: WriterChoices): Record<string, string> {
  return { WALL_DIR, REQUIRE_MOUNT, RETRY_WINDOW: retryWindow };
}

/** What decides the environment of `fargate-reader`. */
export interface ReaderChoices {
  /** The function that the page's posts go to; left out, the page says that it cannot post. */
  readonly writerFunction: string | undefined;
  /** How often the watcher looks while somebody watches, in milliseconds; left out, the reader's own default. */
  readonly watchIntervalMs: number | undefined;
}

/** The environment of `fargate-reader`, except its secret. */
export function readerEnvironment(choices: ReaderChoices): Record<string, string> {
  return {
    WALL_DIR,
    REQUIRE_MOUNT,
    LISTEN: `0.0.0.0:${READER_PORT}`,
    // Another host writes this volume, so the kernel's own notifications never come.
    WATCH: "nfs",
    // The alarm on stale readers counts on a line of this level.
    RUST_LOG: "info",
    ...(choices.writerFunction === undefined ? {} : { WRITER_FUNCTION: choices.writerFunction }),
    ...(choices.watchIntervalMs === undefined ? {} : { WATCH_INTERVAL_MS: String(choices.watchIntervalMs) }),
  };
}

/** The variable that carries the admin token, from Secrets Manager and never from the template. */
export const ADMIN_TOKEN_VARIABLE = "ADMIN_TOKEN";
