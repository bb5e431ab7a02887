// Keeps an open page live. The server renders all HTML: an element whose id is on the page replaces the one that is
// there, and a new list item goes into the list. Without this script the page is the same, as of the moment when it was
// loaded.

const byId = (id) => document.getElementById(id);
const root = document.documentElement;
const calm = matchMedia("(prefers-reduced-motion: reduce)");

/** The journeys of the messages that arrived while the page was open: the times of each, in order. */
export const journeys = [];
const JOURNEYS_KEPT = 200;

// Inserting

/** Puts rendered elements where they belong, and returns the new list items. */
function insert(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const added = [];
  for (const element of [...template.content.children]) {
    const old = byId(element.id);
    if (element.id === "accent") recolour(old, element);
    else if (old && element.tagName !== "LI") old.isEqualNode(element) || old.replaceWith(element);
    else if (!old && element.tagName === "LI" && place(element)) added.push(element);
  }
  settle();
  return added;
}

/** Puts a new list item into the list. Messages come in the order of the wall; a change of the configuration may be old. */
function place(item) {
  const list = byId("list");
  if (!list.dataset.cursor) return false;
  if (item.classList.contains("message")) return list.prepend(item), true;
  const before = [...list.children].find((other) => (other.dataset.at || "") <= item.dataset.at);
  if (!before && list.children.length && byId("older").children.length) return false;
  list.insertBefore(item, before ?? null);
  return true;
}

/** Replaces the accent's stylesheet. The old one stays until the new one is loaded. */
function recolour(old, link) {
  if (old.getAttribute("href") === link.getAttribute("href")) return;
  link.addEventListener("load", () => old.remove());
  link.addEventListener("error", () => link.remove());
  old.removeAttribute("id");
  old.after(link);
}

/** Updates everything that depends on the inserted elements. */
function settle() {
  const { posting, keep } = byId("rules").dataset;
  byId("fields").disabled = posting !== "open";
  const messages = byId("list").getElementsByClassName("message");
  while (messages.length > Math.max(keep, 1)) messages[messages.length - 1].remove();
  count();
  entitle();
  showTimes();
}

// New entries

let unseen = 0;

function arrive(items) {
  const out = document.hidden || items[0].getBoundingClientRect().bottom < 0;
  for (const item of items) {
    item.classList.add("arriving");
    item.addEventListener("animationend", (event) => {
      if (event.animationName === "glow") item.classList.remove("arriving");
    });
  }
  if (out) unseen += items.length;
  const name = items[0].querySelector(".who").firstChild.textContent.trim();
  byId("announcer").textContent = items[0].classList.contains("change")
    ? "The configuration changed." : `New message from ${name}.`;
  showUnseen();
}

function showUnseen() {
  const fresh = byId("fresh");
  fresh.hidden = unseen === 0 || byId("messages").getBoundingClientRect().top > -80;
  fresh.textContent = unseen === 1 ? "1 new message" : `${unseen} new messages`;
  entitle();
}

function entitle() {
  const title = byId("title").textContent;
  document.title = unseen && document.hidden ? `(${unseen}) ${title}` : title;
}

function looked() {
  if (document.hidden || !unseen) return;
  if (byId("messages").getBoundingClientRect().top > -80) unseen = 0;
  showUnseen();
}

addEventListener("scroll", looked, { passive: true });
document.addEventListener("visibilitychange", looked);
byId("fresh").addEventListener("click", () => {
  scrollTo({ top: 0, behavior: calm.matches ? "auto" : "smooth" });
  byId("messages").focus({ preventScroll: true });
});

// Times

const minutes = (date) => date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

function ago(date, now) {
  const seconds = Math.max(0, (now - date) / 1000);
  if (seconds < 45) return "just now";
  if (seconds < 3600) return `${Math.max(1, Math.floor(seconds / 60))} min`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h`;
  if (seconds < 7 * 86400) return `${Math.floor(seconds / 86400)} d`;
  return date.toLocaleDateString([], { day: "numeric", month: "short", year: "numeric" });
}

function elapsed(date, now) {
  const seconds = Math.max(0, Math.floor((now - date) / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86400)} days`;
}

function set(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function showTimes() {
  const now = Date.now();
  for (const time of document.querySelectorAll(".who time")) {
    const date = new Date(time.dateTime);
    if (!time.dataset.local) time.title = time.dataset.local = date.toLocaleString([], { dateStyle: "long", timeStyle: "medium" });
    set(time, ago(date, now));
  }
  showElapsed();
}

function showElapsed() {
  for (const span of document.querySelectorAll("[data-since]")) set(span, elapsed(new Date(span.dataset.since), Date.now()));
}

setInterval(showElapsed, 1000);
setInterval(showTimes, 10000);

// The connection

const { cursor } = byId("list").dataset;
let lostAt;

function connection(state, text) {
  root.dataset.connection = state;
  set(byId("connection"), text);
}

async function listen() {
  const { Stream } = await import(byId("stream").href);
  const stream = new Stream(cursor);
  stream.addEventListener("open", regain);
  stream.addEventListener("error", lose);
  for (const name of ["message", "label", "wall", "config", "status"]) stream.addEventListener(name, receive);
  stream.addEventListener("removed", removeMessage);
}

function regain() {
  connection("live", lostAt ? "live again" : "live");
  if (lostAt) setTimeout(() => lostAt || connection("live", "live"), 4000);
  lostAt = undefined;
  byId("lost").hidden = true;
}

function lose() {
  if (lostAt) return;
  const since = lostAt = new Date();
  connection("lost", `reconnecting since ${minutes(since)}`);
  byId("lost-since").dateTime = since.toISOString();
  byId("lost-since").textContent = minutes(since);
  // A deployment interrupts the stream for a moment: only a longer interruption is shown.
  setTimeout(() => { byId("lost").hidden = lostAt !== since; }, 4000);
}

function receive(event) {
  const data = JSON.parse(event.data);
  const items = insert(data.html);
  if (items.length) arrive(items);
  if (event.type === "message") for (const item of items) record(item, data);
  if (event.type === "wall") unseen = 0, showUnseen();
}

/** Removes a message from the page, if it is there. The browser keeps what is read in its place. */
function removeMessage(event) {
  const item = byId(`m-${JSON.parse(event.data).id}`);
  if (!item) return;
  if (item.contains(document.activeElement)) byId("messages").focus({ preventScroll: true });
  // A message with the same id that comes later must not find the one that is leaving.
  item.removeAttribute("id");
  if (calm.matches || document.hidden) item.remove();
  else {
    item.classList.remove("arriving");
    item.classList.add("leaving");
    item.addEventListener("animationend", () => item.remove());
  }
  byId("announcer").textContent = "A message was removed.";
}

/** Records the times of a message's journey. */
function record(item, { id, sent }) {
  const now = () => new Date(performance.timeOrigin + performance.now()).toISOString();
  const { received, at, stored, seen } = item.dataset;
  const journey = { id, received, at, stored, seen, sent, arrived: now() };
  item.dataset.sent = sent ?? "";
  journeys.push(journey);
  if (journeys.length > JOURNEYS_KEPT) journeys.shift();
  requestAnimationFrame(() => setTimeout(() => { item.dataset.painted = journey.painted = now(); }));
}

// Writing

const composer = byId("composer");
const [text, author, post] = [byId("text"), byId("author"), byId("post")];
let attempt;

/** Counts as the server does: characters, not UTF-16 units. */
function count() {
  const [max, counter] = [Number(byId("rules").dataset.max), byId("counter")];
  const length = [...text.value].length;
  counter.textContent = length > max ? `${length - max} too many` : `${length} / ${max}`;
  counter.classList.toggle("over", length > max);
}

/** Shows an error, and marks the field that it is about. */
function refuse(message, field) {
  const title = document.createElement("strong");
  title.textContent = "Not posted:";
  byId("refused").replaceChildren(title, ` ${message}`);
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
  if (attempt?.content !== content) {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    attempt = { content, key: Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("") };
  }
  return attempt.key;
}

async function send() {
  const name = author.value.trim();
  const fields = { text: text.value, ...(name && { author: name }) };
  const body = JSON.stringify(fields);
  // Another script may add a picture, and then sends the request itself.
  const request = { fields, content: body, url: "/api/messages", type: "application/json", body, send: fetch };
  composer.dispatchEvent(new CustomEvent("compose", { detail: request }));
  const headers = { Accept: "application/json", "Idempotency-Key": keyFor(request.content) };
  if (request.type) headers["Content-Type"] = request.type;
  const { url, send } = request;
  let answer;
  try {
    answer = await send(url, { method: "POST", headers, body: request.body });
  } catch {
    return refuse("the server cannot be reached. Your text is still here; try again in a moment.");
  }
  if (!answer.ok) {
    const { message, field } = await answer.json().catch(() => ({}));
    return refuse(message ?? `the server answered ${answer.status}. Your text is still here; try again in a moment.`, field);
  }
  attempt = undefined;
  text.value = "";
  composer.dispatchEvent(new CustomEvent("posted"));
  forgive();
  count();
  text.focus();
  byId("announcer").textContent = "Posted.";
}

composer.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (post.ariaBusy === "true") return;
  post.ariaBusy = "true";
  post.textContent = "Posting…";
  text.readOnly = author.readOnly = true;
  try {
    await send();
  } finally {
    text.readOnly = author.readOnly = false;
    post.ariaBusy = "false";
    post.textContent = "Post";
  }
});
composer.addEventListener("input", () => { forgive(); count(); });
text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) composer.requestSubmit();
});

// A browser may forbid storage; then the name is typed again.
const remember = (use) => { try { return use(localStorage); } catch { return undefined; } };
author.value ||= remember((store) => store.getItem("author")) ?? "";
author.addEventListener("change", () => remember((store) => store.setItem("author", author.value.trim())));

// Older messages

document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("#older a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  try {
    const answer = await fetch(link.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const items = [...page.getElementById("list").children].filter((item) => !byId(item.id));
    byId("list").append(...items);
    byId("older").replaceWith(page.getElementById("older"));
    showTimes();
    items[0]?.querySelector("a")?.focus();
  } catch {
    location.assign(link.href);
  }
});

composer.noValidate = true;
settle();
if (cursor) {
  connection("connecting", "connecting");
  listen();
} else {
  set(byId("connection"), "older messages");
}
