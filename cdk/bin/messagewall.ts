// The program that the CDK CLI runs.
import { messageWall } from "../lib/app.ts";
import { SettingsError } from "../lib/read-settings.ts";

/** The exit code for a bad setting, as in the two programs (EX_USAGE). */
const USAGE = 64;

try {
  // The CLI passes the standard error on. Its standard output is the template.
  console.error(messageWall(process.env).open);
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  console.error(error.message);
  process.exitCode = USAGE;
}
