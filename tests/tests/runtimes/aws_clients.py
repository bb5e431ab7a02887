"""Calls the local cloud by boto3 and prints the answers as JSON. Usage: aws_clients.py ENDPOINT"""
import base64
import json
import sys

import boto3

endpoint = sys.argv[1]
function = boto3.client("lambda", endpoint_url=endpoint)
events = boto3.client("events", endpoint_url=endpoint)

posted = function.invoke(
    FunctionName="MessageWall",
    Payload=json.dumps({"command": "post", "text": "by boto3"}),
    LogType="Tail",
    ClientContext=base64.b64encode(b'{"custom":{"who":"boto3"}}').decode(),
)
put = events.put_events(
    Entries=[
        {"Source": "messagewall", "DetailType": "Message Posted", "Detail": '{"text": "by boto3, over the bus"}'},
        {"Source": "messagewall", "DetailType": "Message Posted", "Detail": "{"},
        {"Source": "aws.ssm", "DetailType": "Parameter Store Change", "Detail": "{}"},
    ]
)
try:
    function.invoke(FunctionName="MessageWall", Qualifier="live", Payload="{}")
    qualified = "answered"
except function.exceptions.ResourceNotFoundException as error:
    qualified = str(error)
print(
    json.dumps(
        {
            "answer": json.load(posted["Payload"]),
            "log": base64.b64decode(posted["LogResult"]).decode(),
            "failed": put["FailedEntryCount"],
            "entries": put["Entries"],
            "qualified": qualified,
        }
    )
)
