// The settings of the two functions.
import { contract } from "./contract.ts";
import { RETENTION } from "./dead-letter-queue.ts";
import { boolean, duration, integer, noneOr, text } from "./setting-values.ts";

const { limits, times } = contract;

/** The default of `inferenceReservedConcurrency`. */
export const INFERENCE_RESERVED = 5;

/** The reserved concurrency of a function. `none` reserves nothing, so that the function can use all of the account's. */
export type Reservation = number | "none";

/** Returns a reservation as Lambda expects it. */
export function reserved(reservation: Reservation): number | undefined {
  return reservation === "none" ? undefined : reservation;
}

export const FUNCTION_FIELDS = {
  /** The most environments of the function at once; 0 stops it, and `none` reserves nothing. Default 20. */
  reservedConcurrency: noneOr(0, 1000).default(20),
  /** The memory of the function, in MB. Default 256. */
  writerMemoryMb: integer(128, 10_240).default(256),
  /** The timeout of the function, in seconds. Default 15. The API waits 30 seconds at most. */
  writerTimeoutSeconds: integer(3, 29).default(times.function_timeout_s),
  /**
   * The time for which an applied event is remembered, so that a retry of it changes nothing. Default `14d`, which is the
   * longest time, and the time that the dead-letter queue keeps an event that somebody may send again.
   */
  retryWindow: duration(1, times.retry_window_max_s).default(`${RETENTION.toDays()}d`),
  /** Lets the page have pictures, and makes the function that classifies them. Default true. */
  inference: boolean().default(true),
  /** The memory of the function that classifies pictures, in MB. Default 3008. */
  inferenceMemoryMb: integer(512, 10_240).default(limits.inference_memory_mb),
  /** The most environments of the function that classifies pictures at once; 0 stops it, and `none` reserves nothing. Default 5. */
  inferenceReservedConcurrency: noneOr(0, 1000).default(INFERENCE_RESERVED),
  /** The number of its environments that are ready at all times, with the model loaded. Default 0. */
  inferenceProvisionedConcurrency: integer(0, 1000).default(0),
  /**
   * The hosts of pictures that are classified by URL, with commas between, as in `FETCH_ALLOW`. Needs a way to the internet:
   * `natGateways` or an existing VPC. Default: none.
   */
  inferenceFetchAllow: text(
    /^(?! *$)[A-Za-z0-9.*:[\]-]+(, *[A-Za-z0-9.*:[\]-]+)*$/,
    "* or hosts such as upload.wikimedia.org or *.example.com, with commas between",
  ).optional(),
};
