// A Lambda Runtime API with one event for the function. The request for the next event stays open.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { TestContext } from "node:test";
import { contract } from "../lib/contract.ts";

export interface RuntimeApi {
  /** The variables that Lambda sets for the function. */
  readonly environment: Record<string, string>;
  /** The reply of the function to the event. */
  readonly answer: Promise<unknown>;
}

/** Serves `event` once, until the end of the test. */
export async function runtimeApi(t: TestContext, event: unknown): Promise<RuntimeApi> {
  const events = [JSON.stringify(event)];
  let replied: (answer: unknown) => void;
  const answer = new Promise<unknown>((resolve) => (replied = resolve));
  const server = createServer(async (request, response) => {
    if (request.method === "POST") {
      const body = await text(request);
      response.writeHead(202).end();
      replied(JSON.parse(body));
      return;
    }
    const next = events.shift();
    if (next === undefined) return;
    response.writeHead(200, {
      "Lambda-Runtime-Aws-Request-Id": "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
      "Lambda-Runtime-Deadline-Ms": String(Date.now() + contract.times.function_timeout_s * 1000),
      "Lambda-Runtime-Invoked-Function-Arn": `arn:aws:lambda:us-east-1:123456789012:function:${contract.functions.writer}`,
    }).end(next);
  });
  await new Promise<void>((listens) => server.listen(0, "127.0.0.1", listens));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    answer,
    environment: {
      AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${(server.address() as AddressInfo).port}`,
      AWS_LAMBDA_FUNCTION_NAME: contract.functions.writer,
      AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "256",
    },
  };
}
