// Writing.

import { announce, button, byId, make, newKey, stored } from "./page.js";
import { post as putOnItsWay, unsettled } from "./outbox.js";
import { deliver } from "./sending.js";

const composer = byId("composer");
const [text, author, post] = [byId("text"), byId("author"), byId("post")];
let attempt;

/** Counts as the server does: characters, not UTF-16 units. */
function count() {
  const [max, counter] = [Number(byId("rules").dataset.max), byId("counter")];
  const length = [...text.value].length;
  const over = length > max;
  counter.textContent = `${length} / ${max}`;
  if (over) counter.append(make("span", { className: "unseen" }, `, ${length - max} too many`));
  counter.classList.toggle("over", over);
  composer.classList.toggle("too-long", over);
}

/** Shows an error, and marks the field that it is about. */
function refuse(message, field) {
  byId("refused").replaceChildren(make("strong", {}, "Not posted:"), ` ${message}`);
  byId("refused").hidden = false;
  for (const input of [text, author]) input.setAttribute("aria-invalid", String(input.name === field));
  (field === "author" ? author : text).focus();
}

function forgive() {
  byId("refused").hidden = true;
  for (const input of [text, author]) input.removeAttribute("aria-invalid");
}

/** Returns the key of a message. It stays the same while the same is sent again, so that it is posted once. */
function keyFor(content) {
  if (attempt?.content !== content) attempt = { content, key: newKey() };
  return attempt.key;
}

function empty() {
  attempt = undefined;
  text.value = "";
  forgive();
  count();
  keep();
}

/** Puts a message back that is not on the wall. Returns false if something else was begun meanwhile. */
function takeBack(fault, entry) {
  if (text.value.trim() || byId("fields").disabled) return false;
  text.value = entry.text;
  if (entry.author) author.value = entry.author;
  attempt = { content: contentOf(fieldsOf()), key: entry.key };
  count();
  keep();
  if (fault) refuse(`${fault.message}.`.replace(/\.\.$/, "."), fault.field);
  else text.focus();
  return true;
}

function fieldsOf() {
  const name = author.value.trim();
  return { text: text.value, ...(name && { author: name }) };
}

const contentOf = (fields) => JSON.stringify(fields);

async function send() {
  const fields = fieldsOf();
  const content = contentOf(fields);
  // Another script may add a picture, and then sends the request itself.
  const request = { fields, content, url: "/api/messages", type: "application/json", body: content };
  composer.dispatchEvent(new CustomEvent("compose", { detail: request }));
  request.key = keyFor(request.content);
  if (request.content === content && fields.text.trim()) {
    putOnItsWay({ ...fields, key: request.key, refused: takeBack });
    return empty();
  }
  // Nothing is written: the second press of a double click, or the first one of somebody who has not written yet.
  if (request.content === content) return text.focus();
  await sendHere(request);
}

/** Sends what is shown in the form until it is posted: a picture, with its progress. */
async function sendHere(request) {
  const stop = new AbortController();
  const waiting = (seconds, next, tries) => {
    const words = `Many are writing. Trying again in ${seconds} s, try ${next} of ${tries}. `;
    byId("refused").replaceChildren(words, button("Stop", () => stop.abort(), "link"));
    byId("refused").hidden = false;
  };
  busy(true);
  try {
    await deliver(request, { signal: stop.signal, waiting });
    composer.dispatchEvent(new CustomEvent("posted"));
    empty();
    text.focus();
    announce("Posted.");
  } catch (fault) {
    const kept = fault.isUnknown ? ". Your text is still here; try again in a moment." : "";
    refuse(`${fault.message}${kept}`, fault.field);
  } finally {
    busy(false);
  }
}

function busy(is) {
  post.ariaBusy = String(is);
  post.textContent = is ? "Posting…" : "Post";
  text.readOnly = author.readOnly = is;
}

composer.addEventListener("submit", (event) => {
  event.preventDefault();
  if (post.ariaBusy !== "true") send();
});
composer.addEventListener("input", () => { forgive(); count(); keep(); });
composer.addEventListener("rules", count);
text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) composer.requestSubmit();
});

author.value ||= stored("localStorage", (store) => store.getItem("author")) ?? "";
author.addEventListener("change", () => stored("localStorage", (store) => store.setItem("author", author.value.trim())));

// The draft is kept in the tab, over the page for signing in. Its key is kept as well, so that it is posted once.

const DRAFT = "draft";

function keep() {
  const draft = { text: text.value, attempt };
  stored("sessionStorage", (store) => (text.value ? store.setItem(DRAFT, JSON.stringify(draft)) : store.removeItem(DRAFT)));
}

function bringBack() {
  const draft = stored("sessionStorage", (store) => JSON.parse(store.getItem(DRAFT)));
  if (text.value || typeof draft?.text !== "string") return;
  text.value = draft.text;
  if (draft.attempt?.content === contentOf(fieldsOf())) attempt = draft.attempt;
}

addEventListener("pagehide", () => {
  const entry = unsettled();
  if (entry && !text.value) takeBack(undefined, entry);
  keep();
});

bringBack();
composer.noValidate = true;
count();
