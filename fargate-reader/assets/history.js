// Keeps the page of the history current. Without this script every form works all the same.

const byId = (id) => document.getElementById(id);

// Times

function showTimes() {
  for (const time of document.querySelectorAll("time:not([data-local])")) {
    const date = new Date(time.dateTime);
    const today = date.toDateString() === new Date().toDateString();
    const clock = { hour: "2-digit", minute: "2-digit" };
    time.title = time.dataset.local = date.toLocaleString([], { dateStyle: "long", timeStyle: "medium" });
    time.textContent = today
      ? date.toLocaleTimeString([], clock)
      : date.toLocaleString([], { weekday: "short", day: "numeric", month: "short", ...clock });
  }
}

// The form

const form = document.querySelector("form#change");
let latest = 0;

/** Shows what the form would change, as the server sees it. */
async function preview() {
  const mine = ++latest;
  const body = new URLSearchParams(new FormData(form));
  body.set("action", "preview");
  try {
    const answer = await fetch(form.getAttribute("action"), { method: "POST", body });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const shown = page.getElementById("preview") ?? "";
    if (mine !== latest) return;
    const fault = page.querySelector("#change > .fault");
    byId("preview").replaceChildren(...(fault ? [fault] : shown.childNodes));
  } catch {
    // The button shows the same.
  }
}

let pause;
form?.addEventListener("input", (event) => {
  if (event.target.name === "note") return;
  event.target.removeAttribute("aria-invalid");
  clearTimeout(pause);
  pause = setTimeout(preview, 250);
  const swatch = event.target.closest(".colour")?.querySelector("rect");
  if (swatch && /^#[0-9a-f]{6}$/i.test(event.target.value)) swatch.setAttribute("fill", event.target.value);
});

/** Shows why the last try was refused. On a phone the form stands far below the history. */
function showRefusal() {
  const refusal = document.querySelector("aside .fault[data-error]");
  if (!refusal) return;
  (form ?? refusal).scrollIntoView();
  refusal.tabIndex = -1;
  refusal.focus({ preventScroll: true });
}

/** The browser goes to the place in the address, and takes the focus away, until the page is loaded. */
function afterLoading(act) {
  if (document.readyState === "complete") act();
  else addEventListener("load", () => setTimeout(act));
}

// The stream

/** Replaces what has changed. The form stays as it was typed: it says itself if somebody else was faster. */
async function refresh() {
  const answer = await fetch(location.href).catch(() => undefined);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.body.dataset.generation = page.body.dataset.generation;
  for (const id of ["state", "notices", "timeline", "accent"]) {
    const [old, fresh] = [byId(id), page.getElementById(id)];
    if (old && fresh && !old.contains(document.activeElement)) old.replaceWith(fresh);
  }
  showTimes();
}

let seen;
const connection = (state) => () => { document.documentElement.dataset.connection = state; };

function configure(event) {
  const { generation, published_at, rejected } = JSON.parse(event.data);
  const now = JSON.stringify([generation, published_at, rejected]);
  const isNew = seen === undefined ? String(generation) !== document.body.dataset.generation : seen !== now;
  seen = now;
  if (isNew) refresh();
}

async function listen() {
  const { Stream } = await import(byId("stream").href);
  const stream = new Stream(document.body.dataset.cursor);
  stream.addEventListener("open", connection("live"));
  stream.addEventListener("error", connection("lost"));
  stream.addEventListener("config", configure);
}

showTimes();
afterLoading(showRefusal);
listen();
