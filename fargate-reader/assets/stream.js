// A tab's end of the stream that all tabs of a browser share. A SharedWorker holds the stream (feeds.js). Its address
// contains the hash of the script, so tabs that were loaded before a deployment keep to a worker of their own.

const FEEDS = document.getElementById("stream").dataset.feeds;
/** The time between two looks at the worker. */
const LOOK_MS = 1000;
/** The looks until a worker that starts is given up. */
const STARTING = 5;
/** The workers in a row that may not answer. After them the tab has a stream of its own. */
const SILENT = 3;

/** The wall after a cursor. It dispatches `open`, `error` and the events of `/events`, each of them once. */
export class Stream extends EventTarget {
  #cursor;
  #port;
  #hasAnswered = false;
  #looks = 0;
  #silent = "SharedWorker" in globalThis ? 0 : SILENT;

  constructor(cursor) {
    super();
    this.#cursor = cursor;
    this.#join();
    setInterval(() => this.#look(), LOOK_MS);
    // The browser may keep a page that was left, and show it again.
    addEventListener("pagehide", () => this.#leave());
    addEventListener("pageshow", ({ persisted }) => persisted && this.#join());
  }

  /** Joins the stream where this tab has left it. */
  #join() {
    this.#leave();
    const port = this.#port = this.#silent < SILENT ? this.#shared() : own();
    [this.#hasAnswered, this.#looks] = [false, 0];
    port.addEventListener("message", ({ data }) => port === this.#port && this.#receive(data));
    // Newer browsers tell that the worker has ended.
    port.addEventListener("close", () => port === this.#port && this.#join());
    port.start();
    port.postMessage({ type: "join", cursor: this.#cursor });
  }

  /** Tries at once to open a lost stream again. */
  retry() {
    this.#port?.postMessage({ type: "retry" });
  }

  #leave() {
    this.#port?.postMessage({ type: "leave" });
    this.#port = undefined;
  }

  #shared() {
    const worker = new SharedWorker(FEEDS, { type: "module" });
    worker.addEventListener("error", () => {
      if (worker.port !== this.#port) return;
      this.#silent = SILENT;
      this.#join();
    });
    return worker.port;
  }

  /** Joins again if the worker has ended: it ends with the process that it shares with some tabs. */
  #look() {
    if (!this.#port) return;
    if (this.#looks >= (this.#hasAnswered ? 1 : STARTING)) {
      if (!this.#hasAnswered) this.#silent += 1;
      return this.#join();
    }
    this.#looks += 1;
    this.#port.postMessage({ type: "ping" });
  }

  #receive({ type, data, lastEventId }) {
    [this.#hasAnswered, this.#looks, this.#silent] = [true, 0, this.#silent < SILENT ? 0 : SILENT];
    if (lastEventId) this.#cursor = lastEventId;
    if (type !== "pong") this.dispatchEvent(new MessageEvent(type, { data, lastEventId }));
  }
}

/** Returns a port to streams of this tab alone. */
function own() {
  const { port1, port2 } = new MessageChannel();
  import(FEEDS).then(({ serve }) => serve(port1));
  return port2;
}
