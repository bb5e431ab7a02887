// The clock of this browser beside that of the task. The difference is measured by asking for the time: the answer was made
// somewhere between question and answer, so it is known up to half of the time between them.

/** The number of questions. The fastest answer counts. */
const QUESTIONS = 5;
/** The time after which a difference is measured again. */
const KEPT_MS = 10 * 60 * 1000;
/** The jump of a clock after which it is measured again, too. */
const JUMP_MS = 50;

/** Returns the time by a clock that nobody sets. */
export const now = () => performance.timeOrigin + performance.now();

const jump = () => Date.now() - now();
let measured;

async function ask() {
  const begun = now();
  const answer = await fetch("/live", { cache: "no-store" });
  const ended = now();
  const server = Date.parse(answer.headers.get("x-messagewall-now"));
  if (Number.isNaN(server)) throw new TypeError("no time");
  // The answer has whole milliseconds.
  return { ahead: (begun + ended) / 2 - server - 0.5, uncertainty: (ended - begun) / 2 + 0.5 };
}

async function measure() {
  const [at, jumped] = [now(), jump()];
  let best;
  for (let question = 0; question < QUESTIONS; question += 1) {
    const answer = await ask();
    if (!best || answer.uncertainty < best.uncertainty) best = answer;
  }
  return { ...best, at, jumped };
}

/** Returns how far this browser's clock is ahead of the task's, and the uncertainty of that, both in milliseconds. */
export async function difference() {
  const known = await measured?.catch(() => undefined);
  if (known && now() - known.at < KEPT_MS && Math.abs(jump() - known.jumped) < JUMP_MS) return known;
  measured = measure();
  return measured;
}
