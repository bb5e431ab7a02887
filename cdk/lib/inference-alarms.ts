// The alarms of the function that classifies pictures.
import { Duration } from "aws-cdk-lib";
import type { Alarm } from "./alarm.ts";
import { contract } from "./contract.ts";
import type { Metrics } from "./metrics.ts";

/** Returns the alarms of the function that classifies pictures. */
export function inferenceAlarms({ inference }: Metrics): Alarm[] {
  if (inference === undefined) return [];
  const timeout = Duration.seconds(contract.times.inference_timeout_s);
  return [
    {
      id: "InferenceErrors",
      meaning: "The function that classifies pictures failed, crashed, timed out, has no model, or could not mount the file system.",
      metric: inference.errors,
      threshold: 1,
      minutes: 5,
    },
    {
      id: "InferenceThrottles",
      meaning: "Lambda refused invocations of the function that classifies pictures, because its concurrency was used up.",
      metric: inference.throttles,
      threshold: 1,
      minutes: 5,
    },
    {
      id: "InferenceSlow",
      meaning: "One picture in a hundred takes more than 80 % of the timeout of the function that classifies pictures.",
      metric: inference.slowest,
      threshold: 0.8 * timeout.toMilliseconds(),
      minutes: 10,
    },
    {
      id: "ModelNotLoaded",
      meaning: "The model in use cannot be loaded. Pictures are classified with the one before, or not at all.",
      metric: inference.modelNotLoaded,
      threshold: 1,
      minutes: 5,
    },
    {
      id: "LostLabels",
      meaning: "Lambda could not pass the result of a picture on to the function that writes the wall. The picture has no label.",
      metric: inference.lostResults,
      threshold: 1,
      minutes: 5,
    },
  ];
}
