// Runs all tests in one process, because CDK and its template validation start slowly.
import "./app.test.ts";
import "./commands.test.ts";
import "./contract.test.ts";
import "./cost.test.ts";
import "./docker.test.ts";
import "./doors.test.ts";
import "./follow-sidecar.test.ts";
import "./followed.test.ts";
import "./inference.test.ts";
import "./observability.test.ts";
import "./order.test.ts";
import "./page.test.ts";
import "./reader.test.ts";
import "./settings.test.ts";
import "./shared-volume.test.ts";
import "./writer.test.ts";
