// Times, as people say them.

import { set } from "./page.js";

export const minutes = (date) => date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

function ago(date, now) {
  const seconds = Math.max(0, (now - date) / 1000);
  if (seconds < 45) return "just now";
  if (seconds < 3600) return `${Math.max(1, Math.floor(seconds / 60))} min`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h`;
  if (seconds < 7 * 86400) return `${Math.floor(seconds / 86400)} d`;
  return date.toLocaleDateString([], { day: "numeric", month: "short", year: "numeric" });
}

export function elapsed(date, now) {
  const seconds = Math.max(0, Math.floor((now - date) / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86400)} days`;
}

/** Returns a length of time in the unit that fits. */
export function spoken(millis) {
  if (millis < 10000) return `${Math.round(millis)} ms`;
  return millis < 120000 ? `${Math.floor(millis / 1000)} s` : `${Math.floor(millis / 60000)} min`;
}

const dates = new WeakMap();

/** Shows the times below an element as the time since then. */
export function showTimes(within = document) {
  const now = Date.now();
  for (const time of within.querySelectorAll(".who time")) {
    let date = dates.get(time);
    if (!date) {
      dates.set(time, date = new Date(time.dateTime));
      time.title = date.toLocaleString([], { dateStyle: "long", timeStyle: "medium" });
    }
    set(time, ago(date, now));
  }
}

/** Shows how long the states on the page last. No entry has one, and a long wall has very many elements. */
export function showElapsed() {
  for (const span of document.querySelectorAll("#notices [data-since], header [data-since], aside [data-since]")) {
    set(span, elapsed(new Date(span.dataset.since), Date.now()));
  }
}

setInterval(showElapsed, 1000);
setInterval(showTimes, 10000);
