// The alarms of the queue and the topic for commands.
import type { Alarm } from "./alarm.ts";
import type { Metrics } from "./metrics.ts";

/** Returns the alarms of the queue and the topic for commands. */
export function commandAlarms({ commandQueue, commandTopic }: Metrics): Alarm[] {
  return [
    ...(commandQueue === undefined ? [] : [
      {
        id: "FailedCommands",
        meaning: "The dead-letter queue of the queue of commands has messages that failed five times.",
        metric: commandQueue.failed,
        threshold: 1,
        minutes: 5,
      },
      {
        id: "CommandsWaiting",
        meaning: "A message waits in the queue of commands for longer than all its deliveries take: it is not being delivered.",
        metric: commandQueue.oldest,
        threshold: commandQueue.longestWait.toSeconds(),
        minutes: 5,
      },
    ]),
    ...(commandTopic === undefined ? [] : [{
      id: "UndeliveredCommands",
      meaning: "The dead-letter queue of the topic of commands has notifications that SNS could not deliver to Lambda.",
      metric: commandTopic.undelivered,
      threshold: 1,
      minutes: 5,
    }]),
  ];
}
