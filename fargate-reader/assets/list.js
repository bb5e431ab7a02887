// The elements of the page. The server renders all HTML: an element whose id is on the page replaces the one that is there,
// and a new list item goes into the list.

import { announce, byId, calm, lists, make, teach } from "./page.js";
import { entitle, keepingPlace } from "./reading.js";
import { showElapsed, showTimes } from "./times.js";

/** Puts rendered elements where they belong, and returns the new list items. */
export function insert(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const added = keepingPlace(() => [...template.content.children].filter(put));
  settle();
  added.forEach((item) => showTimes(item));
  return added;
}

/** Puts an element where it belongs. Returns true if it is a new list item. */
function put(element) {
  const old = byId(element.id);
  if (element.tagName === "LI") return !old && place(element);
  if (element.id === "accent") recolour(old, element);
  else if (old && !old.isEqualNode(element)) old.replaceWith(element);
  if (element.id === "list") startOver();
  return false;
}

/** The list is the newest page again. */
function startOver() {
  lists().slice(1).forEach((page) => page.remove());
  showTimes();
}

/**
 * Puts a new list item into the list. Messages come in the order of the wall; a change of the configuration may be old, and then
 * belongs before the first entry that is not newer. A line of another program has no time, and is no such entry.
 */
function place(item) {
  const list = byId("list");
  if (!list.dataset.cursor) return false;
  if (item.classList.contains("message")) return list.prepend(item), true;
  const entries = lists().flatMap((list) => [...list.children]);
  const before = entries.find(({ dataset }) => dataset.at && dataset.at <= item.dataset.at);
  // It is on an older page.
  if (!before && entries.length && byId("older").children.length) return false;
  if (before) before.before(item);
  else lists().at(-1).append(item);
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

/** The number of entries at the top that the browser always draws. Those below are drawn only when they are about to be seen. */
const NEAR = 200;

/** Updates everything that depends on the inserted elements. */
export function settle() {
  const { posting, keep } = byId("rules").dataset;
  byId("fields").disabled = posting !== "open";
  dropOldest(Math.max(keep, 1));
  byId("list").children[NEAR]?.classList.add("far");
  teach();
  byId("composer").dispatchEvent(new CustomEvent("rules"));
  entitle();
  showElapsed();
}

/** Drops the oldest messages, so that at most `most` are left. Counting them takes long on a long page, so entries are counted first. */
function dropOldest(most) {
  const all = lists();
  if (all.reduce((sum, list) => sum + list.childElementCount, 0) <= most) return;
  const messages = all.flatMap((list) => [...list.children]).filter(({ classList }) => classList.contains("message"));
  messages.slice(most).forEach((message) => message.remove());
}

/** Removes a message from the page, if it is there. The browser keeps what is read in its place. */
export function removeMessage(id) {
  const item = byId(`m-${id}`);
  if (!item) return;
  if (item.contains(document.activeElement)) byId("messages").focus({ preventScroll: true });
  // A message with the same id that comes later must not find the one that is leaving.
  item.removeAttribute("id");
  const remove = () => {
    item.remove();
    teach();
  };
  if (calm.matches || document.hidden) remove();
  else {
    item.classList.remove("arriving");
    item.classList.add("leaving");
    item.addEventListener("animationend", remove);
  }
  announce("A message was removed.");
}

// Older messages

document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("#older a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  try {
    const answer = await fetch(link.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const items = [...page.getElementById("list").children].filter((item) => !byId(item.id));
    // A list of its own, which the browser leaves out as a whole while nobody sees it.
    const list = make("ol", { className: "list page" }, ...items);
    lists().at(-1).after(list);
    byId("older").replaceWith(page.getElementById("older"));
    showTimes(list);
    items[0]?.querySelector("a, summary")?.focus();
  } catch {
    location.assign(link.href);
  }
});
