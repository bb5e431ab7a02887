// The connection to the wall.

import { byId, root, set } from "./page.js";
import { follow } from "./journey.js";
import { insert, removeMessage } from "./list.js";
import { arrived } from "./outbox.js";
import { arrive, forget } from "./reading.js";
import { elapsed, minutes } from "./times.js";

let [stream, lostAt, nextTry] = [];

function connection(state, text) {
  root.dataset.connection = state;
  set(byId("connection"), text);
}

/** Follows the wall from `cursor` on. */
export async function listen(cursor) {
  connection("connecting", "connecting");
  const { Stream } = await import(byId("stream").href);
  stream = new Stream(cursor);
  stream.addEventListener("open", regain);
  stream.addEventListener("error", lose);
  for (const name of ["message", "label", "wall", "config", "status"]) stream.addEventListener(name, receive);
  stream.addEventListener("removed", (event) => removeMessage(JSON.parse(event.data).id));
  setInterval(countDown, 1000);
}

function regain() {
  const wasLost = lostAt;
  [lostAt, nextTry] = [];
  byId("lost").hidden = true;
  showVolume(wasLost ? "live again" : "live");
  if (wasLost) setTimeout(() => lostAt || showVolume("live"), 4000);
}

/** Shows that the page is live, unless the volume is silent. */
function showVolume(text) {
  const isSilent = byId("notices").dataset.volume === "silent";
  connection(isSilent ? "silent" : "live", isSilent ? "volume silent" : text);
}

/** The connection is lost. `data` is the time until the next try in milliseconds. */
function lose({ data }) {
  nextTry = Date.now() + Number(data ?? 0);
  if (lostAt) return countDown();
  const since = lostAt = new Date();
  byId("lost-since").dateTime = since.toISOString();
  byId("lost-since").textContent = minutes(since);
  // A deployment interrupts the stream for a moment: only a longer interruption is shown.
  setTimeout(() => { byId("lost").hidden = lostAt !== since; }, 4000);
  countDown();
}

function countDown() {
  if (!lostAt) return;
  connection("lost", `lost for ${elapsed(lostAt, new Date())}`);
  const seconds = Math.ceil((nextTry - Date.now()) / 1000);
  set(byId("next-try"), seconds > 0 ? `Next try in ${seconds} s.` : "Trying now.");
}

byId("try-now").addEventListener("click", () => {
  nextTry = 0;
  countDown();
  stream.retry();
});

function receive(event) {
  const data = JSON.parse(event.data);
  if (event.lastEventId) root.dataset.wall = event.lastEventId.split("-")[0];
  const items = insert(data.html);
  arrived(items);
  if (items.length) arrive(items);
  if (items.length && event.type === "message") follow(items, data);
  if (items.length && event.type === "config") follow(items);
  if (event.type === "config") set(document.querySelector("#origin [data-generation]"), String(data.generation));
  if (event.type === "wall") forget();
  if (!lostAt) showVolume("live");
}
