// Keeps the page of how everything works current. Without this script it is complete, and as old as it says.

const byId = (id) => document.getElementById(id);
/** The parts that are replaced when something has changed. The planner is the reader's own. */
const PARTS = ["state", "troubles", "picture", "last", "disk", "soon", "looking", "volume", "accent"];
/** The shortest time between two refreshes, and the longest while the page can be seen. */
const SHORTEST_MS = 1000;
const LONGEST_MS = 5000;

const parse = (text) => new DOMParser().parseFromString(text, "text/html");

function showTimes() {
  for (const time of document.querySelectorAll("time:not([data-local])")) {
    const date = new Date(time.dateTime);
    const clock = { hour: "2-digit", minute: "2-digit" };
    const today = date.toDateString() === new Date().toDateString();
    time.title = time.dataset.local = date.toLocaleString([], { dateStyle: "long", timeStyle: "medium" });
    time.textContent = today
      ? date.toLocaleTimeString([], clock)
      : date.toLocaleString([], { day: "numeric", month: "short", ...clock });
  }
}

// The parts

/** The clock of the task: its distance from this browser's, and half of the round trip that told it, in milliseconds. */
let clock = { distance: 0, within: Infinity };
/** The last message that this page has seen come, and when. */
let painted;

function address() {
  if (!painted || clock.within > 10000) return "/status";
  const query = new URLSearchParams({
    message: painted.id,
    painted: Math.round(painted.at + clock.distance),
    within: Math.max(1, Math.ceil(clock.within)),
  });
  return `/status?${query}`;
}

let [pending, last] = [undefined, 0];

/** Replaces the parts that differ, so that nothing moves unless data has. */
async function refresh() {
  [pending, last] = [undefined, performance.now()];
  const began = Date.now();
  const answer = await fetch(address(), { headers: { accept: "text/html" } }).catch(() => undefined);
  const text = answer?.ok ? await answer.text() : undefined;
  if (text === undefined) return;
  const page = parse(text);
  const within = (Date.now() - began) / 2;
  if (within <= clock.within) clock = { distance: Number(page.body.dataset.now) - began - within, within };
  const isNew = page.body.dataset.last !== document.body.dataset.last;
  for (const id of PARTS) {
    const [old, fresh] = [byId(id), page.getElementById(id)];
    const active = document.activeElement;
    // Whoever is at a link or scrolls an excerpt is not disturbed.
    if (!old || !fresh || old.isEqualNode(fresh) || (old !== active && old.contains(active))) continue;
    old.replaceWith(fresh);
    if (old === active) fresh.focus();
  }
  document.body.dataset.last = page.body.dataset.last;
  if (isNew && page.body.dataset.last) {
    byId("picture").classList.add("travelling");
    setTimeout(() => byId("picture").classList.remove("travelling"), 2400);
  }
  showTimes();
  // The first refresh tells the distance of the clocks, and the second one uses it.
  const isUntold = painted && byId("last").dataset.painted === "false" && document.body.dataset.last === painted.id;
  if (isUntold && (painted.tries = (painted.tries ?? 0) + 1) < 3) soon();
}

/** Refreshes soon, but not too often. */
function soon() {
  const pause = Math.max(0, SHORTEST_MS - (performance.now() - last));
  pending ??= setTimeout(refresh, pause);
}

// The strips are of the last seconds, whether anything happens or not.
setInterval(() => {
  if (document.visibilityState === "visible" && performance.now() - last >= LONGEST_MS) soon();
}, SHORTEST_MS);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && soon());

// The planner

const form = byId("plan-form");
let [calculating, latest] = [undefined, 0];

async function calculate() {
  const mine = ++latest;
  const query = new URLSearchParams(new FormData(form));
  const answer = await fetch(`/status?${query}`, { headers: { accept: "text/html" } }).catch(() => undefined);
  // A field that is out of bounds is told in a page, too.
  if (!answer || (!answer.ok && answer.status !== 400)) return;
  const page = parse(await answer.text());
  const fresh = page.getElementById("plan-form");
  if (mine !== latest || !fresh) return;
  byId("plan").replaceWith(page.getElementById("plan"));
  for (const input of form.querySelectorAll("input:not([type=radio])")) {
    const checked = fresh.querySelector(`#${input.id}`);
    for (const name of ["aria-invalid", "aria-describedby"]) {
      if (checked.hasAttribute(name)) input.setAttribute(name, checked.getAttribute(name));
      else input.removeAttribute(name);
    }
  }
  const checked = fresh.querySelectorAll(".field");
  for (const [at, field] of form.querySelectorAll(".field").entries()) {
    field.querySelector(".refused")?.remove();
    field.append(checked[at].querySelector(".refused") ?? "");
  }
  history.replaceState(undefined, "", `/status?${query}#planner`);
}

form.addEventListener("input", () => {
  clearTimeout(calculating);
  calculating = setTimeout(calculate, 250);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(calculating);
  calculate();
});

// The stream

const connection = (state, text) => () => {
  document.documentElement.dataset.connection = state;
  byId("connection").textContent = text;
};

async function listen() {
  const { Stream } = await import(byId("stream").href);
  const stream = new Stream(document.body.dataset.cursor);
  stream.addEventListener("open", connection("live", "live"));
  stream.addEventListener("error", connection("lost", "connection lost"));
  for (const name of ["label", "removed", "wall", "config", "status"]) stream.addEventListener(name, soon);
  stream.addEventListener("message", ({ data }) => {
    const { id } = JSON.parse(data);
    requestAnimationFrame(() => { painted = { id, at: Date.now() }; });
    soon();
  });
}

showTimes();
listen();
