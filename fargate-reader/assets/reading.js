// What comes while somebody reads: it moves nothing, and is counted.

import { announce, byId, calm, lists } from "./page.js";

let unseen = 0;

/** Returns true if somebody reads further down, has marked something, or is at an entry with the keyboard. */
function isReading() {
  const selection = getSelection();
  const isEntry = (node) => lists().some((list) => list.contains(node));
  const hasMarked = !selection.isCollapsed && isEntry(selection.anchorNode);
  return scrollY > 0 || hasMarked || isEntry(document.activeElement);
}

/** Returns the entry that is read: the one with the focus, or the first one that is seen. */
function anchor() {
  const focused = document.activeElement.closest?.(".list > *");
  if (focused) return focused;
  if (byId("composer").contains(document.activeElement)) return byId("composer");
  const isSeen = (element) => element.getBoundingClientRect().bottom > 0;
  const list = lists().find(isSeen);
  return list && [...list.children].find(isSeen);
}

/** Changes the list, and keeps what is read in its place. Browsers do that only further down, and some never. */
export function keepingPlace(change) {
  const kept = isReading() ? anchor() : undefined;
  const before = kept && placeOf(kept);
  const result = change();
  if (kept?.isConnected) {
    stay(kept, before);
    requestAnimationFrame(() => stay(kept, before));
  }
  return result;
}

/** Returns the place of an element in the window, without the motion with which it arrives: nothing arrives on an older page. */
function placeOf(element) {
  return element.closest(".page") ? element.getBoundingClientRect().top : element.offsetTop - scrollY;
}

function stay(element, top) {
  const moved = placeOf(element) - top;
  if (Math.abs(moved) >= 1) scrollBy({ top: moved, behavior: "instant" });
}

/** Marks new entries, and counts those that nobody can see yet. */
export function arrive(items) {
  for (const item of items) {
    item.classList.add("arriving");
    item.addEventListener("animationend", (event) => {
      if (event.animationName === "glow") item.classList.remove("arriving");
    });
  }
  if (document.hidden || items[0].getBoundingClientRect().bottom < 0) unseen += items.length;
  const name = items[0].querySelector(".who").firstChild.textContent.trim();
  announce(items[0].classList.contains("change") ? "The configuration changed." : `New message from ${name}.`);
  showUnseen();
}

const isAtTop = () => byId("messages").getBoundingClientRect().top > -80;

function showUnseen() {
  const fresh = byId("fresh");
  fresh.hidden = unseen === 0 || isAtTop();
  fresh.textContent = unseen === 1 ? "↑ 1 new message" : `↑ ${unseen} new messages`;
  entitle();
}

/** Shows the title of the wall as that of the window. */
export function entitle() {
  const title = byId("title").textContent;
  document.title = unseen && document.hidden ? `(${unseen}) ${title}` : title;
}

/** Begins to count anew. */
export function forget() {
  unseen = 0;
  showUnseen();
}

function looked() {
  if (document.hidden || !unseen) return;
  if (isAtTop()) unseen = 0;
  showUnseen();
}

function goUp() {
  scrollTo({ top: 0, behavior: calm.matches ? "auto" : "smooth" });
  byId("messages").focus({ preventScroll: true });
}

addEventListener("scroll", looked, { passive: true });
document.addEventListener("visibilitychange", looked);
byId("fresh").addEventListener("click", goUp);
document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key !== "n" || isTyping || event.ctrlKey || event.metaKey || event.altKey || byId("fresh").hidden) return;
  event.preventDefault();
  goUp();
});
