// Lets an administrator remove messages. session.js has set the role; the session is in a cookie that no script can read.

const { dataset } = document.documentElement;

function button(text, click) {
  const it = document.createElement("button");
  it.type = "button";
  it.textContent = text;
  it.addEventListener("click", click);
  return it;
}

/** Adds the administrator's buttons to every message, or removes them after the session has ended. */
function equip() {
  for (const item of document.querySelectorAll("#list > .message")) {
    if (dataset.role !== "admin") item.querySelector(".tools")?.remove();
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
    const headers = { Accept: "application/json", "Idempotency-Key": key };
    answer = await fetch(`/api/messages/${encodeURIComponent(item.id.slice(2))}`, { method: "DELETE", headers });
  } catch {
    return fail(tools, again, "The server cannot be reached.");
  }
  if (answer.ok) return tools.replaceChildren("Removed.");
  const error = await answer.json().catch(() => ({}));
  fail(tools, again, error.message ?? `The server answered ${answer.status}.`);
  if (answer.status === 401 || answer.status === 403) end(error.message);
}

function fail(tools, again, reason) {
  tools.querySelector("[role=alert]")?.remove();
  const alert = document.createElement("span");
  alert.setAttribute("role", "alert");
  alert.textContent = reason;
  tools.append(alert);
  again.disabled = false;
}

/** Shows that the session has ended. */
function end(why) {
  delete dataset.role;
  document.getElementById("stranger").hidden = false;
  document.getElementById("signed-in").hidden = true;
  document.getElementById("session-why").textContent = why;
  equip();
}

new MutationObserver(equip).observe(document.getElementById("messages"), { childList: true, subtree: true });
equip();
