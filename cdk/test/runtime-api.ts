// A Lambda Runtime API that has one event for the function, and then keeps it waiting.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";

/** What the function is told by Lambda. */
export interface RuntimeApi {
  readonly environment: Record<string, string>;
}

/** Serves `event` once, until the end of the test. */
export async function runtimeApi(t: TestContext, event: unknown): Promise<RuntimeApi> {
  const events = [JSON.stringify(event)];
  const server = createServer((request, response) => {
    if (request.method === "POST") {
      request.resume().on("end", () => response.writeHead(202).end());
      return;
    }
    const next = events.shift();
    if (next === undefined) return;
    response.writeHead(200, {
      "Lambda-Runtime-Aws-Request-Id": "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
      "Lambda-Runtime-Deadline-Ms": String(Date.now() + 15_000),
      "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:us-east-1:123456789012:function:MessageWall",
    }).end(next);
  });
  await new Promise<void>((listens) => server.listen(0, "127.0.0.1", listens));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    environment: {
      AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${(server.address() as AddressInfo).port}`,
      AWS_LAMBDA_FUNCTION_NAME: "MessageWall",
      AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "256",
    },
  };
}
