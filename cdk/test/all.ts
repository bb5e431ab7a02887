// Runs all tests in one process, because CDK and its template validation start slowly. Two processes may share the work: TEST_PART=1/2
// runs the first half of the files. TEST_PART=alone then runs those that disturb every other process.
import { readdirSync } from "node:fs";

const ALONE = ["output.test.ts"];
const TEST_PART = process.env.TEST_PART;
const [part = 1, parts = 1] = TEST_PART === "alone" ? [] : (TEST_PART ?? "1/1").split("/").map(Number);
const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".test.ts")).sort();
const kind = files.filter((name) => !TEST_PART || ALONE.includes(name) === (TEST_PART === "alone"));
for (const file of kind.filter((_, index) => index % parts === part - 1)) await import(`./${file}`);
