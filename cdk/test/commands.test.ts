// Tests of the queue and the topic for commands.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Template } from "aws-cdk-lib/assertions";
import { allStatements, pointsTo, statementsOfRole, writerRole } from "./permissions.ts";
import { list, mentions, only, resources, synthesize, writerFunction } from "./synthesized.ts";

const none = synthesize().template;
const standard = synthesize({ commandQueue: "standard" }).template;
const fifo = synthesize({ commandQueue: "fifo" }).template;
const topic = synthesize({ commandTopic: true }).template;
const mapping = (template: Template) => only(template, "AWS::Lambda::EventSourceMapping").Properties;
const alarms = (template: Template) =>
  Object.fromEntries(resources(template, "AWS::CloudWatch::Alarm").map(([, { Properties }]) => [Properties["AlarmName"].split("-")[1], Properties]));

/** Returns the queue of the commands and its dead-letter queue, with their logical ids. */
function queues(template: Template) {
  const id = pointsTo(mapping(template)["EventSourceArn"]);
  const queue = template.findResources("AWS::SQS::Queue")[id]!["Properties"];
  const failedId = pointsTo(queue.RedrivePolicy.deadLetterTargetArn);
  return { id, queue, failedId, failed: template.findResources("AWS::SQS::Queue")[failedId]!["Properties"] };
}

test("by_default_there_is_neither_a_queue_nor_a_topic_for_commands", () => {
  assert.equal(resources(none, "AWS::Lambda::EventSourceMapping").length, 0);
  assert.equal(resources(none, "AWS::SQS::Queue").length, 1, "the dead-letter queue of events");
  assert.equal(resources(none, "AWS::SNS::Topic").length, 1, "the topic of the alarms");
});

for (const [type, template] of Object.entries({ standard, fifo })) {
  describe(`${type} queue`, () => {
    const { id, queue, failedId, failed } = queues(template);
    const timeout = writerFunction(template)[1].Properties["Timeout"];

    test("a_message_goes_to_the_dead_letter_queue_after_five_deliveries_and_is_kept_there_for_14_days", () => {
      assert.equal(queue.RedrivePolicy.maxReceiveCount, 5);
      assert.equal(failed.MessageRetentionPeriod, 14 * 86_400);
    });

    test("a_message_is_invisible_for_six_timeouts_of_the_function", () => {
      assert.ok(queue.VisibilityTimeout >= 6 * timeout, `${queue.VisibilityTimeout} s`);
      const slow = synthesize({ commandQueue: type, writerTimeoutSeconds: 29 }).template;
      assert.ok(queues(slow).queue.VisibilityTimeout >= 6 * 29);
    });

    test("both_queues_are_encrypted_and_refuse_requests_without_tls", () => {
      for (const [name, { SqsManagedSseEnabled }] of [[id, queue], [failedId, failed]] as const) {
        assert.equal(SqsManagedSseEnabled, true, name);
        const denied = allStatements(template).filter(({ Effect, Resource }) => Effect === "Deny" && mentions(Resource, name));
        assert.deepEqual(denied.map(({ Action, Condition }) => [Action, Condition]), [["sqs:*", { Bool: { "aws:SecureTransport": "false" } }]], name);
      }
    });

    test("lambda_gets_ten_messages_at_once_and_hears_of_each_failure", () => {
      const { BatchSize, FunctionResponseTypes, MaximumBatchingWindowInSeconds } = mapping(template);
      assert.deepEqual([BatchSize, FunctionResponseTypes, MaximumBatchingWindowInSeconds], [10, ["ReportBatchItemFailures"], undefined]);
    });

    test("two_environments_at_most_read_the_queue_because_writers_share_one_lock", () => {
      assert.deepEqual(mapping(template)["ScalingConfig"], { MaximumConcurrency: 2 });
    });

    test("a_stopped_function_does_not_use_up_the_deliveries", () => {
      assert.equal(mapping(template)["Enabled"], true);
      assert.equal(mapping(synthesize({ commandQueue: type, reservedConcurrency: 0 }).template)["Enabled"], false);
    });

    test("the_function_can_receive_and_delete_messages_of_this_queue_only", () => {
      const about = statementsOfRole(template, writerRole(template)).filter(({ Action }) => list(Action).includes("sqs:ReceiveMessage"));
      assert.deepEqual(about.map(({ Resource }) => pointsTo(Resource)), [id]);
    });

    test("failed_and_waiting_messages_raise_an_alarm", () => {
      const { FailedCommands: failedAlarm, CommandsWaiting: waiting } = alarms(template);
      assert.deepEqual([failedAlarm!["MetricName"], failedAlarm!["Threshold"]], ["ApproximateNumberOfMessagesVisible", 1]);
      assert.ok(mentions(failedAlarm!["Dimensions"], failedId));
      assert.equal(waiting!["MetricName"], "ApproximateAgeOfOldestMessage");
      assert.ok(mentions(waiting!["Dimensions"], id));
      assert.ok(waiting!["Threshold"] >= 5 * queue.VisibilityTimeout, "a message that is being tried again raises none");
    });
  });
}

describe("kinds of queue", () => {
  test("a_fifo_queue_has_a_fifo_dead_letter_queue_and_does_not_compare_contents", () => {
    const { queue, failed } = queues(fifo);
    assert.deepEqual([queue.FifoQueue, queue.ContentBasedDeduplication, failed.FifoQueue], [true, false, true]);
    const { queue: other } = queues(standard);
    assert.deepEqual([other.FifoQueue, other.ContentBasedDeduplication], [undefined, undefined]);
  });

  test("a_large_batch_of_a_standard_queue_has_a_batching_window_that_the_visibility_timeout_includes", () => {
    const large = synthesize({ commandQueue: "standard", commandBatch: 1000 }).template;
    const { BatchSize, MaximumBatchingWindowInSeconds } = mapping(large);
    assert.equal(BatchSize, 1000);
    assert.ok(MaximumBatchingWindowInSeconds >= 1);
    assert.equal(queues(large).queue.VisibilityTimeout, queues(standard).queue.VisibilityTimeout + MaximumBatchingWindowInSeconds);
  });

  test("senders_find_the_queue_in_the_outputs", () => {
    const { CommandQueue, FailedCommandsQueue } = standard.toJSON().Outputs;
    const { id, failedId } = queues(standard);
    assert.deepEqual([CommandQueue.Value.Ref, FailedCommandsQueue.Value.Ref], [id, failedId]);
  });
});

describe("topic", () => {
  const [, { Properties: subscription }] = resources(topic, "AWS::SNS::Subscription")[0]!;
  const id = pointsTo(subscription["TopicArn"]);
  const undelivered = pointsTo(subscription["RedrivePolicy"].deadLetterTargetArn);
  const [functionId] = writerFunction(topic);

  test("the_function_is_subscribed_and_the_topic_can_invoke_it", () => {
    assert.deepEqual([subscription["Protocol"], pointsTo(subscription["Endpoint"])], ["lambda", functionId]);
    const permission = resources(topic, "AWS::Lambda::Permission").map(([, { Properties }]) => Properties)
      .filter(({ Principal }) => Principal === "sns.amazonaws.com");
    assert.deepEqual(permission.map(({ SourceArn }) => pointsTo(SourceArn)), [id]);
  });

  test("what_sns_cannot_deliver_goes_to_a_queue_of_its_own_which_the_topic_can_send_to", () => {
    const [failedEvents] = resources(none, "AWS::SQS::Queue")[0]!;
    assert.notEqual(undelivered, failedEvents);
    assert.equal(topic.findResources("AWS::SQS::Queue")[undelivered]!["Properties"].MessageRetentionPeriod, 14 * 86_400);
    const admitted = allStatements(topic).filter(({ Effect, Resource }) => Effect === "Allow" && mentions(Resource, undelivered));
    assert.deepEqual(admitted.map(({ Action, Principal }) => [Action, Principal]), [["sqs:SendMessage", { Service: "sns.amazonaws.com" }]]);
    assert.ok(mentions(admitted[0]!.Condition, id));
  });

  test("messages_without_tls_are_refused", () => {
    const denied = allStatements(topic).filter(({ Effect, Resource }) => Effect === "Deny" && mentions(Resource, id));
    assert.deepEqual(denied.map(({ Action, Condition }) => [Action, Condition]), [["sns:Publish", { Bool: { "aws:SecureTransport": "false" } }]]);
  });

  test("undelivered_messages_raise_an_alarm", () => {
    const alarm = alarms(topic)["UndeliveredCommands"]!;
    assert.ok(mentions(alarm["Dimensions"], undelivered));
    assert.deepEqual([alarm["MetricName"], alarm["Threshold"]], ["ApproximateNumberOfMessagesVisible", 1]);
  });
});
