// Lets an administrator remove messages, clear the wall and bring it back. session.js has set the role; the session is in a
// cookie that no script can read.

import { announce, button, byId, errorOf, make, newKey, root, set } from "./page.js";

const { dataset } = root;
const isAdmin = () => dataset.role === "admin";

/** Adds the administrator's buttons to new messages, or removes them after the session has ended. */
function equip(items) {
  for (const item of items) {
    if (!isAdmin()) item.querySelector(".tools")?.remove();
    else if (!item.querySelector(".tools")) {
      const tools = make("span", { className: "tools" });
      item.querySelector(".who").append(tools);
      offer(item, tools);
    }
  }
}

const all = () => document.querySelectorAll(".list > .message");

function offer(item, tools) {
  const name = item.querySelector(".text").textContent.slice(0, 80);
  const remove = button("Remove", () => confirm(item, tools));
  remove.ariaLabel = `Remove the message ${name}`;
  tools.replaceChildren(remove);
}

function confirm(item, tools) {
  const key = newKey();
  const keep = button("Keep it", () => { offer(item, tools); tools.firstChild.focus(); });
  tools.replaceChildren("Remove it for everybody?", button("Remove it", () => remove(item, tools, key)), keep);
  keep.focus();
}

/** Sends a request of the administrator. Returns the answer, or shows why there is none. */
async function ask(method, url, key, body) {
  let answer;
  try {
    const headers = { Accept: "application/json", "Idempotency-Key": key, ...(body && { "Content-Type": "application/json" }) };
    answer = await fetch(url, { method, headers, body: body && JSON.stringify(body) });
  } catch {
    throw new Error("The server cannot be reached.");
  }
  if (answer.ok) return answer.json();
  const { message } = await errorOf(answer);
  if (answer.status === 401 || answer.status === 403) end(message);
  throw new Error(message);
}

/** Sends the removal, with the same key for every try. The stream then removes the element, as in every other page. */
async function remove(item, tools, key) {
  const [again] = tools.getElementsByTagName("button");
  again.disabled = true;
  try {
    await ask("DELETE", `/api/messages/${encodeURIComponent(item.id.slice(2))}`, key);
    tools.replaceChildren("Removed.");
  } catch ({ message }) {
    tools.querySelector("[role=alert]")?.remove();
    const alert = make("span", {}, message);
    alert.setAttribute("role", "alert");
    tools.append(alert);
    again.disabled = false;
  }
}

// Clearing

function askToClear() {
  const [title, shown] = [byId("title").textContent, document.querySelectorAll(".list > .message").length];
  const count = byId("older").children.length ? byId("figure-kept").textContent.split(" of ")[0] : String(shown);
  const here = /\d+/.exec(byId("here").textContent)?.[0];
  const words = make("p", {}, make("strong", {}, `Clear “${title}”?`),
    ` ${count} ${count === "1" ? "message goes" : "messages go"}, for ${here > 1 ? `all ${here} who watch` : "everybody"}. The configuration stays.`);
  const key = newKey();
  const keep = button("Keep them", () => closeAsk(), "plain");
  byId("clear-ask").replaceChildren(words, make("p", { className: "choices" }, keep, button(`Clear ${count}`, () => clear(key), "danger")));
  byId("clear-ask").hidden = false;
  keep.focus();
}

function closeAsk() {
  byId("clear-ask").hidden = true;
  byId("clear").focus();
}

async function clear(key) {
  const { wall } = dataset;
  try {
    await ask("DELETE", "/api/messages", key);
    closeAsk();
    say("The wall is cleared.");
    if (wall) byId("admin-said").append(" ", button("Bring the messages back", () => restore(wall, newKey()), "link"));
  } catch ({ message }) {
    say(message);
  }
}

/** Brings back what was cleared, with the same key for every try. */
async function restore(wall, key) {
  say("The messages come back…");
  try {
    const { restored } = await ask("POST", "/api/messages/restore", key, { wall });
    say(`${restored} ${restored === 1 ? "message is" : "messages are"} back.`);
  } catch ({ message }) {
    say(message);
    byId("admin-said").append(" ", button("Try again", () => restore(wall, key), "link"));
  }
}

function say(text) {
  set(byId("admin-said"), text);
  announce(text);
}

/** Shows that the session has ended. */
function end(why) {
  delete dataset.role;
  byId("admin-bar").hidden = true;
  byId("stranger").hidden = false;
  byId("signed-in").hidden = true;
  set(byId("session-why"), why);
  equip(all());
}

byId("clear").addEventListener("click", askToClear);
byId("clear-ask").addEventListener("keydown", (event) => { if (event.key === "Escape") closeAsk(); });
new MutationObserver((changes) => {
  if (!isAdmin()) return;
  for (const { addedNodes } of changes) {
    for (const node of addedNodes) {
      if (node.classList?.contains("list")) equip(node.querySelectorAll(":scope > .message"));
      else if (node.matches?.(".list > .message")) equip([node]);
    }
  }
}).observe(byId("messages"), { childList: true, subtree: true });
if (isAdmin()) equip(all());
