// Sends a message until it is decided whether it is on the wall. Every try has the same key, so it cannot be posted twice.

import { errorOf } from "./page.js";

/** The number of tries if many are writing. */
const TRIES = 5;
/** The longest pause that the page waits by itself. */
const LONGEST_S = 60;
/** The longest wait for an answer to one try, in milliseconds. The server answers within 10 s, so a longer silence is a lost line. */
const ANSWER_MS = 30000;

/** The end of a sending without a message on the wall. */
export class NotPosted extends Error {
  /** `isUnknown` is true if the message may be on the wall all the same. */
  constructor(message, { field, error, status = 0, isUnknown = false } = {}) {
    super(message);
    Object.assign(this, { field, error, status, isUnknown });
  }
}

/** Returns the pause in seconds that the answer asks for, if the page waits by itself. */
function pauseOf(answer) {
  const seconds = Number(answer.headers?.get("retry-after") ?? NaN);
  return answer.status === 429 && seconds > 0 && seconds <= LONGEST_S ? Math.ceil(seconds) : undefined;
}

/** Fetches, and gives up after some time. */
const ask = (url, request) => fetch(url, { ...request, signal: AbortSignal.timeout(ANSWER_MS) });

/** Waits some seconds, and tells how many are left. Returns false if it was stopped. */
function wait(seconds, signal, tell) {
  return new Promise((resolve) => {
    const end = performance.now() + seconds * 1000;
    const left = () => Math.ceil((end - performance.now()) / 1000);
    tell(left());
    const timer = setInterval(() => (left() > 0 ? tell(left()) : finish(true)), 250);
    const stop = () => finish(false);
    const finish = (isOver) => {
      clearInterval(timer);
      signal.removeEventListener("abort", stop);
      resolve(isOver);
    };
    if (signal.aborted) finish(false);
    signal.addEventListener("abort", stop);
  });
}

/**
 * Sends a request, and sends it again while many are writing. `waiting(seconds, next, tries)` tells about the pause before
 * the next try; `signal` ends it. Returns the message.
 */
export async function deliver({ url, type, body, key, send = ask }, { signal, waiting }) {
  const headers = { Accept: "application/json", "Idempotency-Key": key };
  if (type) headers["Content-Type"] = type;
  for (let attempt = 1; ; attempt += 1) {
    let answer;
    try {
      answer = await send(url, { method: "POST", headers, body });
    } catch (error) {
      const reason = error.name === "TimeoutError" ? "the server does not answer" : "the server cannot be reached";
      throw new NotPosted(reason, { isUnknown: true });
    }
    if (answer.ok) return answer.json().catch(() => ({}));
    const pause = pauseOf(answer);
    const fault = await errorOf(answer);
    const outcome = { ...fault, status: answer.status, isUnknown: answer.status >= 500 };
    if (!pause || attempt === TRIES) throw new NotPosted(fault.message, outcome);
    if (!(await wait(pause, signal, (left) => waiting(left, attempt + 1, TRIES)))) throw new NotPosted("you stopped it", outcome);
  }
}
