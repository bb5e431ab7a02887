// The streams of one browser. This script runs in a SharedWorker, so that all tabs share one connection to the wall: over
// HTTP/1.1 a browser opens six connections to a host. Without SharedWorker it runs in each tab, for that tab alone.

/** The names of the events that say what is new on the wall. Each has a cursor as its id. */
const NEWS = ["message", "label", "removed", "wall"];
/** The names of the events that contain a whole state. */
const STATES = ["config", "status"];
/** The number of events that are kept for tabs that join later. */
const KEPT = 200;
/** The number of streams at a time. The second one brings a tab that joins what the first one has not passed. */
const MOST = 2;
/** The name of the event that says only that the connection is alive. One comes at least every 10 s if there is no other. */
const BEAT = "beat";
/** A connection without any event for so long is lost, in milliseconds: an end that nobody told is not an error for a browser. */
const SILENT = 20000;
/** The time between two looks for silent connections. */
const LOOK = 2500;
/** The first pause before a lost stream is opened again, and the longest, in milliseconds. */
const [RETRY, LONGEST_RETRY] = [1000, 15000];

const feeds = [];

/** One connection to the wall, and the tabs that it serves. */
class Feed {
  ports = new Set();
  states = new Map();
  retry = RETRY;

  /** Begins after `cursor`, or with the newest page if it is empty. */
  constructor(cursor) {
    // The news, oldest first. The first entry is only a place: a tab that is there misses the others.
    this.passed = [{ lastEventId: cursor }];
    feeds.push(this);
    this.open();
  }

  /** The cursor up to which the wall was read. */
  get last() {
    return this.passed[this.passed.length - 1].lastEventId;
  }

  /** Returns the news after `cursor`, or undefined if this stream has not passed it. */
  after(cursor) {
    const index = this.passed.findIndex(({ lastEventId }) => lastEventId === cursor);
    return index < 0 ? undefined : this.passed.slice(index + 1);
  }

  open() {
    clearTimeout(this.pause);
    this.source?.close();
    const source = this.source = new EventSource(`/events?after=${encodeURIComponent(this.last)}`);
    this.hear();
    source.addEventListener("open", () => {
      [this.retry, this.hasFailed] = [RETRY, false];
      this.hear();
      this.connected("open");
      gather();
    });
    source.addEventListener("error", () => {
      // After an interruption the browser tries once by itself. Then, and after a refusal, the pauses are those of this script,
      // which tells them.
      const isInterrupted = source.readyState !== EventSource.CLOSED && this.retry === RETRY && !this.hasFailed;
      this.hasFailed = true;
      if (isInterrupted) return this.connected("error", RETRY);
      this.lose();
    });
    for (const name of [...NEWS, ...STATES, BEAT]) source.addEventListener(name, () => this.hear());
    for (const name of NEWS) source.addEventListener(name, (event) => this.read(event));
    for (const name of STATES) source.addEventListener(name, ({ data }) => this.keep(name, { type: name, data }));
  }

  /** The server lives. */
  hear() {
    this.heard = performance.now();
  }

  /** Loses a connection that says nothing, also one that does not open. */
  look() {
    const isTrying = this.source.readyState !== EventSource.CLOSED;
    if (isTrying && performance.now() - this.heard > SILENT) this.lose();
  }

  /** Gives the connection up, and opens another one after a pause. */
  lose() {
    this.source.close();
    this.hasFailed = true;
    this.connected("error", this.retry);
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.open(), this.retry);
    this.retry = Math.min(this.retry * 2, LONGEST_RETRY);
  }

  close() {
    clearTimeout(this.pause);
    this.source.close();
    feeds.splice(feeds.indexOf(this), 1);
  }

  tell(event) {
    for (const port of this.ports) port.postMessage(event);
  }

  connected(type, data) {
    this.isOpen = type === "open";
    this.keep("connection", { type, data });
  }

  /** Keeps a state for tabs that join later. They get the states in the order in which they came: each shows the notices. */
  keep(name, event) {
    this.states.delete(name);
    this.states.set(name, event);
    this.tell(event);
  }

  read({ type, data, lastEventId }) {
    const event = { type, data, lastEventId };
    if (type === "wall") this.passed = [];
    this.passed.push(event);
    if (this.passed.length > KEPT) this.passed.shift();
    this.tell(event);
    gather();
  }

  /** Serves one more tab, which first gets `news` and the states. */
  add(port, news) {
    this.ports.add(port);
    for (const event of [...news, ...this.states.values()]) port.postMessage(event);
  }

  /** Serves the tabs of another stream from now on, and closes that one. */
  take(other, news) {
    for (const port of other.ports) this.add(port, news);
    other.close();
  }
}

setInterval(() => feeds.forEach((feed) => feed.look()), LOOK);

/** Closes each stream whose place another one has passed. */
function gather() {
  for (const from of [...feeds].reverse()) {
    const to = feeds.find((feed) => feed !== from && feed.isOpen && feed.after(from.last));
    if (to) to.take(from, to.after(from.last));
  }
}

/** Returns a new stream after `cursor`. If there is no room for one, all tabs start over with the newest page. */
function begin(cursor) {
  if (feeds.length < MOST) return new Feed(cursor);
  const [others, feed] = [[...feeds], new Feed("")];
  for (const other of others) feed.take(other, []);
  return feed;
}

/** Serves a tab that has seen the wall up to `cursor`. */
function join(port, cursor) {
  const knowing = feeds.filter((feed) => feed.after(cursor));
  const startingOver = feeds.find(({ last }) => !last);
  const feed = knowing.find(({ isOpen }) => isOpen) ?? knowing[0] ?? startingOver ?? begin(cursor);
  feed.add(port, feed.after(cursor) ?? []);
  // The tab was loaded a moment ago, so the wall answers again.
  if (feed.source.readyState === EventSource.CLOSED) feed.open();
}

function leave(port) {
  for (const feed of [...feeds]) if (feed.ports.delete(port) && !feed.ports.size) feed.close();
}

/** Serves the tab at the other end of `port`. */
export function serve(port) {
  port.addEventListener("message", ({ data: { type, cursor } }) => {
    if (type === "join") join(port, cursor);
    else if (type === "leave") leave(port);
    else if (type === "retry") feeds.filter((feed) => feed.ports.has(port) && !feed.isOpen).forEach((feed) => feed.open());
    else port.postMessage({ type: "pong" });
  });
  // Newer browsers tell that a tab has ended without a word.
  port.addEventListener("close", () => leave(port));
  port.start();
}

if ("SharedWorkerGlobalScope" in self) addEventListener("connect", ({ ports: [port] }) => serve(port));
