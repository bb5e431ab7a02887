// Keeps an open page live. Without this script the page is the same, as of the moment when it was loaded.

import { byId, root, set } from "./page.js";
import "./composer.js";
import { listen } from "./connection.js";
import { settle } from "./list.js";
import { showTimes } from "./times.js";

export { journeys } from "./journey.js";

const { cursor } = byId("list").dataset;

root.dataset.script = "";
for (const place of document.querySelectorAll("[data-address]")) set(place, location.origin);
settle();
showTimes();
if (cursor) listen(cursor);
else set(byId("connection"), "older messages");
