// Runs all tests in one process, because CDK and its template validation start slowly. TEST_PART=1/2 runs the first half of the
// files, so that two processes share the work.
import { readdirSync } from "node:fs";

const [part = 1, parts = 1] = (process.env.TEST_PART ?? "1/1").split("/").map(Number);
const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".test.ts")).sort();
for (const file of files.filter((_, index) => index % parts === part - 1)) await import(`./${file}`);
