// Lets an administrator remove messages. The token is stored in this tab only, and sent to this wall only.

const byId = (id) => document.getElementById(id);
const KEY = "admin-token";

// A browser may forbid storage; then the token is kept as long as the page is open.
const remember = (use) => { try { return use(sessionStorage); } catch { return undefined; } };
let token = remember((store) => store.getItem(KEY)) ?? "";

function button(text, click) {
  const it = document.createElement("button");
  it.type = "button";
  it.textContent = text;
  it.addEventListener("click", click);
  return it;
}

/** Adds the administrator's buttons to every message, or removes them if there is no token. */
function equip() {
  for (const item of document.querySelectorAll("#list > .message")) {
    if (!token) item.querySelector(".tools")?.remove();
    else if (!item.querySelector(".tools")) {
      const tools = document.createElement("p");
      tools.className = "tools";
      item.querySelector(".said").append(tools);
      offer(item, tools);
    }
  }
}

function offer(item, tools) {
  tools.replaceChildren(button("Remove", () => confirm(item, tools)));
}

function confirm(item, tools) {
  const key = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const keep = button("Keep it", () => { offer(item, tools); tools.firstChild.focus(); });
  tools.replaceChildren("Remove it for everybody?", button("Remove it", () => remove(item, tools, key)), keep);
  keep.focus();
}

/** Sends the removal, with the same key for every try. The stream then removes the element, as in every other page. */
async function remove(item, tools, key) {
  const [again] = tools.getElementsByTagName("button");
  again.disabled = true;
  let answer;
  try {
    const headers = { Accept: "application/json", Authorization: `Bearer ${token}`, "Idempotency-Key": key };
    answer = await fetch(`/api/messages/${encodeURIComponent(item.id.slice(2))}`, { method: "DELETE", headers });
  } catch {
    return fail(tools, again, "The server cannot be reached.");
  }
  if (answer.ok) return tools.replaceChildren("Removed.");
  const error = await answer.json().catch(() => ({}));
  fail(tools, again, error.message ?? `The server answered ${answer.status}.`);
  if (answer.status === 401 || answer.status === 403) use("", error.message);
}

function fail(tools, again, reason) {
  tools.querySelector("[role=alert]")?.remove();
  const alert = document.createElement("span");
  alert.setAttribute("role", "alert");
  alert.textContent = reason;
  tools.append(alert);
  again.disabled = false;
}

/** Stores the token, or forgets it if it is empty. */
function use(given, why = "") {
  token = given;
  remember((store) => given ? store.setItem(KEY, given) : store.removeItem(KEY));
  byId("admin-enter").hidden = Boolean(token);
  byId("admin-leave").hidden = !token;
  byId("admin-why").textContent = why;
  byId("admin-token").value = "";
  equip();
}

byId("admin-enter").addEventListener("submit", (event) => {
  event.preventDefault();
  use(byId("admin-token").value.trim());
});
byId("admin-leave").addEventListener("click", () => use(""));
new MutationObserver(equip).observe(byId("messages"), { childList: true, subtree: true });
byId("admin").hidden = false;
use(token);
