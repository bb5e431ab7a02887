// The messages of this page that are on their way: at once on the wall, faint, until they are durable. What is not posted says
// why, and keeps its text.

import { announce, button, byId, make, newKey, set, teach } from "./page.js";
import { deliver } from "./sending.js";

const ORDINALS = ["first", "second", "third", "fourth", "fifth"];
/** The time for which a message waits for its answer, and a posted one for the stream, before it says so. */
const LATE_MS = 4000;

/** The messages, oldest first. */
const entries = [];
let sending;

/** One message on its way. */
class Entry {
  constructor({ text, author, key = newKey(), refused }) {
    Object.assign(this, { text, author, key, refused, state: "sending" });
    const face = make("span", { className: "avatar", ariaHidden: "true" }, author ? initials(author) : "…");
    this.note = make("span", { className: "state" });
    const name = author ? make("b", { dir: "auto" }, author) : "somebody";
    this.words = make("p", { className: "words" });
    const said = make("div", { className: "said" }, make("p", { className: "who" }, name, " ", this.note),
      make("div", { className: "text", dir: "auto" }, text), this.words);
    this.element = make("li", { className: "entry own" }, face, said);
    byId("outbox").prepend(this.element);
    teach();
  }

  /** Shows the state, with words about it and what can be done. */
  show(state, note, words = "", ...actions) {
    this.state = state;
    this.element.dataset.state = state;
    set(this.note, note);
    this.words.replaceChildren(words, ...actions.flatMap((action) => [" ", action]));
  }

  remove() {
    const index = entries.indexOf(this);
    if (index < 0) return;
    entries.splice(index, 1);
    if (this.element.contains(document.activeElement)) byId("text").focus({ preventScroll: true });
    this.element.remove();
    teach();
  }
}

/** Returns two letters of a name, as the server does. */
function initials(name) {
  const words = (name ?? "").split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const letters = words.length > 1 ? [...words[0]][0] + [...words[1]][0] : [...(words[0] ?? name ?? "")].slice(0, 2).join("");
  return [...letters.toUpperCase()].slice(0, 2).join("");
}

/** Puts a message on its way. `refused` is called with the reason if the wall does not take it. */
export function post(message) {
  const entry = new Entry(message);
  entries.push(entry);
  entry.show("sending", "sending");
  work();
}

/** Sends the messages one after the other, so that they keep their order. */
async function work() {
  if (sending) return;
  while ((sending = entries.find(({ state }) => state === "sending"))) await dispatch(sending);
}

async function dispatch(entry) {
  const stop = new AbortController();
  const waiting = (seconds, next, tries) => {
    const words = `Many are writing. Trying again in ${seconds} s, ${ORDINALS[next - 1]} of ${tries} tries.`;
    if (entry.state !== "waiting") {
      entry.show("waiting", "waiting", words, button("Stop", () => stop.abort(), "link"));
      announce(words);
    } else entry.words.firstChild.data = words;
  };
  const body = JSON.stringify({ text: entry.text, ...(entry.author && { author: entry.author }) });
  const late = setTimeout(() => {
    if (entry.state === "sending") entry.show("sending", "sending", "There is no answer yet. Your text is kept.");
  }, LATE_MS);
  try {
    const request = { url: "/api/messages", type: "application/json", body, key: entry.key };
    settled(entry, await deliver(request, { signal: stop.signal, waiting }));
  } catch (fault) {
    failed(entry, fault);
  } finally {
    clearTimeout(late);
  }
}

/** The message is durable. The stream brings it as everybody sees it, or has brought it. */
function settled(entry, { id }) {
  announce("Posted.");
  if (!id || byId(`m-${id}`) || entry.isHere) return entry.remove();
  entry.id = id;
  entry.show("posted", "posted");
  setTimeout(() => {
    const words = "It is on the wall. This page shows it as soon as it is connected again.";
    if (entries.includes(entry)) entry.show("posted", "posted", words);
  }, LATE_MS);
}

function failed(entry, fault) {
  // The answer was lost, and the message came by the stream.
  if (entry.isHere && fault.isUnknown) return entry.remove();
  entry.element.hidden = false;
  entry.isUnknown = fault.isUnknown;
  const isRule = fault.status >= 400 && fault.status < 500 && fault.status !== 429;
  if (isRule && entry.refused(fault, entry)) return entry.remove();
  const again = button("Try again", () => { entry.show("sending", "sending"); work(); }, "link");
  const reason = fault.message.charAt(0).toUpperCase() + fault.message.slice(1).replace(/\.?$/, ".");
  const edit = button("Edit", () => {
    if (entry.refused(undefined, entry)) return entry.remove();
    entry.show("failed", "✕ not posted", `${reason} The form has another text: post it first.`, again, "·", edit);
    edit.focus();
  }, "link");
  entry.show("failed", "✕ not posted", reason, again, "·", edit);
  announce(`Not posted: ${fault.message}`);
}

/** Takes off what a new item of the list shows: by its id, or by its text if the answer has not come. */
export function arrived(items) {
  for (const item of items.filter(({ classList }) => classList.contains("message"))) {
    const id = item.id.slice(2);
    const text = item.querySelector(".text").textContent;
    const author = item.querySelector(".who b")?.textContent ?? "";
    const isIt = (entry) => entry.id === id
      || (!entry.id && !entry.isHere && entry.text === text && (entry.author ?? "") === author && entry.state !== "waiting"
        && (entry.state !== "failed" || entry.isUnknown));
    const entry = entries.find(({ id: known }) => known === id) ?? entries.find(isIt);
    if (!entry) continue;
    if (entry.state !== "sending") entry.remove();
    else {
      // The answer will say the same, or that this was somebody else's.
      entry.isHere = true;
      entry.element.hidden = true;
    }
  }
}

/** Returns the text, the author and the key of a message that is not on the wall yet, for the next page. */
export function unsettled() {
  return entries.find(({ state }) => state !== "posted");
}
