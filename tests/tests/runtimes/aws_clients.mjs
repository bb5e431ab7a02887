// Calls the local cloud by the AWS SDK for JavaScript and prints the answers as JSON. Usage: aws_clients.mjs MODULES ENDPOINT
import { createRequire } from "node:module";

const [modules, endpoint] = process.argv.slice(2);
const require = createRequire(`${modules}/`);
const { LambdaClient, InvokeCommand } = require("@aws-sdk/client-lambda");
const { EventBridgeClient, PutEventsCommand } = require("@aws-sdk/client-eventbridge");

const settings = { endpoint, region: "us-east-1", credentials: { accessKeyId: "none", secretAccessKey: "none" } };
const posted = await new LambdaClient(settings).send(
  new InvokeCommand({
    FunctionName: "MessageWall",
    Payload: JSON.stringify({ command: "post", text: "by JavaScript" }),
    LogType: "Tail",
  }),
);
const put = await new EventBridgeClient(settings).send(
  new PutEventsCommand({
    Entries: [
      {
        EventBusName: "MessageWall",
        Source: "messagewall",
        DetailType: "Message Posted",
        Time: new Date("2026-11-25T14:12:07Z"),
        Detail: JSON.stringify({ text: "by JavaScript, over the bus" }),
      },
    ],
  }),
);
console.log(
  JSON.stringify({
    answer: JSON.parse(Buffer.from(posted.Payload).toString()),
    log: Buffer.from(posted.LogResult, "base64").toString(),
    failed: put.FailedEntryCount,
    entries: put.Entries,
  }),
);
