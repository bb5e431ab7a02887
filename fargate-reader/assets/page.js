// What the modules of the wall share.

export const byId = (id) => document.getElementById(id);
export const root = document.documentElement;
export const calm = matchMedia("(prefers-reduced-motion: reduce)");

/** Sets the text of an element, if it is another one. */
export function set(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Tells people who do not see the page what has happened. */
export function announce(text) {
  byId("announcer").textContent = text;
}

/** Shows how to write on an empty wall. A selector with `:has` would make a browser look at each entry for each new one. */
export function teach() {
  const isWaiting = byId("notices").querySelector(".waiting");
  byId("empty").hidden = Boolean(isWaiting || byId("outbox").firstElementChild || byId("list").querySelector(".message"));
}

/** Returns the lists of entries: the newest, and each older page that was brought. */
export const lists = () => [...byId("messages").children].filter(({ classList }) => classList.contains("list"));

/** Returns a new key, which makes a request safe to repeat. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Returns an element with these properties and children. */
export function make(name, properties, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

/** Returns a button. */
export function button(text, click, className = "") {
  const it = make("button", { type: "button", className }, text);
  it.addEventListener("click", click);
  return it;
}

/** Uses a storage of the browser, which may forbid it. */
export function stored(storage, use) {
  try { return use(globalThis[storage]); } catch { return undefined; }
}

/** Returns the error that an answer contains, or one for an answer that contains none. */
export async function errorOf(answer) {
  const body = await answer.json().catch(() => ({}));
  return { message: body.message ?? `the server answered ${answer.status}`, field: body.field, error: body.error };
}
