// Keeps an open page live. Without this script the page is the same, as of the moment when it was loaded.

import { byId, root, set } from "./page.js";
import { difference } from "./clock.js";
import "./composer.js";
import { listen } from "./connection.js";
import { settle } from "./list.js";
import { showTimes } from "./times.js";

export { journeys } from "./journey.js";

const { cursor } = byId("list").dataset;

root.dataset.script = "";
root.dataset.wall = cursor?.split("-")[0] ?? "";
for (const place of document.querySelectorAll("[data-address]")) set(place, location.origin);
byId("copy").addEventListener("click", async () => {
  // A page over plain HTTP may not use the clipboard: then the command is marked, to be copied by hand.
  try {
    await navigator.clipboard.writeText(byId("curl").textContent);
    set(byId("copied"), "Copied.");
  } catch {
    getSelection().selectAllChildren(byId("curl"));
    set(byId("copied"), "Marked: copy it with Ctrl+C.");
  }
});
settle();
showTimes();
if (cursor) {
  listen(cursor);
  // Not all pages at once, and before the first message comes.
  setTimeout(() => document.hidden || difference().catch(() => {}), 500 + Math.random() * 1500);
}
else set(byId("connection"), "older messages");
