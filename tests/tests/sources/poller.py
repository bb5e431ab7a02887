"""An event source mapping: receives the messages of a queue and invokes the function with them, by AWS's own client.

Usage: poller.py SQS_URL QUEUE_URL LAMBDA_URL BATCH_SIZE

Messages that the function does not report as failed are deleted; the others are received again until the queue moves them to
its dead-letter queue. Ends when the queue is empty, and prints the number of invocations as JSON."""
import json
import sys

import boto3
import botocore.config

sqs_url, queue_url, lambda_url, batch_size = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
patient = botocore.config.Config(read_timeout=60, retries={"max_attempts": 0})
sqs = boto3.client("sqs", endpoint_url=sqs_url, config=patient)
function = boto3.client("lambda", endpoint_url=lambda_url, config=patient)
arn = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def receive():
    """Receives up to a batch of messages. SQS returns at most ten at a time."""
    messages = []
    while len(messages) < batch_size:
        received = sqs.receive_message(
            QueueUrl=queue_url, MaxNumberOfMessages=min(10, batch_size - len(messages)), AttributeNames=["All"]
        ).get("Messages", [])
        if not received:
            break
        messages += received
    return messages


def record(message):
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": {},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "awsRegion": "us-east-1",
    }


invocations = 0
while messages := receive():
    event = {"Records": [record(message) for message in messages]}
    answer = function.invoke(FunctionName="MessageWall", Payload=json.dumps(event))
    assert "FunctionError" not in answer, answer["Payload"].read()
    failures = json.load(answer["Payload"])["batchItemFailures"]
    failed = {failure["itemIdentifier"] for failure in failures}
    invocations += 1
    for message in messages:
        handle = {"QueueUrl": queue_url, "ReceiptHandle": message["ReceiptHandle"]}
        if message["MessageId"] in failed:
            sqs.change_message_visibility(VisibilityTimeout=0, **handle)
        else:
            sqs.delete_message(**handle)
print(json.dumps({"invocations": invocations}))
