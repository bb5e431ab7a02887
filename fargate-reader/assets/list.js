// The elements of the page. The server renders all HTML: an element whose id is on the page replaces the one that is there,
// and a new list item goes into the list.

import { announce, byId, calm, teach } from "./page.js";
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
  if (element.id === "list") showTimes();
  return false;
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

/** The number of entries at the top that the browser always draws. Those below are drawn only when they are about to be seen. */
const NEAR = 200;

/** Updates everything that depends on the inserted elements. */
export function settle() {
  const { posting, keep } = byId("rules").dataset;
  byId("fields").disabled = posting !== "open";
  const messages = byId("list").getElementsByClassName("message");
  while (messages.length > Math.max(keep, 1)) messages[messages.length - 1].remove();
  byId("list").children[NEAR]?.classList.add("far");
  teach();
  byId("composer").dispatchEvent(new CustomEvent("rules"));
  entitle();
  showElapsed();
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
    items.forEach((item) => item.classList.add("far"));
    byId("list").append(...items);
    byId("older").replaceWith(page.getElementById("older"));
    items.forEach((item) => showTimes(item));
    items[0]?.querySelector("a, summary")?.focus();
  } catch {
    location.assign(link.href);
  }
});
