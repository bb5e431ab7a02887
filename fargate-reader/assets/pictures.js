// Pictures in the form, chosen, dropped or pasted, and what changes when a label arrives. Without this script the form
// sends a chosen picture all the same.

const byId = (id) => document.getElementById(id);
const [composer, input] = [byId("composer"), byId("picture")];
const NOTE = byId("chosen-state").textContent;
const TYPES = input.accept.split(",");
let choices = 0;
let shown;

// Choosing

const megabytes = (bytes) => `${(bytes / 1e6).toLocaleString("en", { maximumFractionDigits: bytes < 1e6 ? 2 : 1 })} MB`;
const grouped = (number) => number.toLocaleString("en").replaceAll(",", "\u202f");

/** Shows the chosen picture, or hides the place of it if there is none. */
function show() {
  const [file] = input.files;
  const picture = byId("chosen-picture");
  choices += 1;
  if (shown) URL.revokeObjectURL(shown);
  shown = file && URL.createObjectURL(file);
  byId("chosen").hidden = !file;
  if (!file) return picture.removeAttribute("src");
  byId("chosen-name").textContent = file.name;
  byId("chosen-size").textContent = megabytes(file.size);
  state(file.size > input.dataset.max ? `Larger than ${megabytes(input.dataset.max)}.` : NOTE, file.size > input.dataset.max);
  picture.src = shown;
}

function state(text, bad = false) {
  byId("chosen-state").textContent = text;
  byId("chosen-state").classList.toggle("over", bad);
}

byId("chosen-picture").addEventListener("load", ({ target }) => {
  byId("chosen-size").textContent += `, ${grouped(target.naturalWidth)} × ${grouped(target.naturalHeight)} px`;
});
// The server says what is wrong with it.
byId("chosen-picture").addEventListener("error", ({ target }) => target.removeAttribute("src"));

input.addEventListener("change", show);
byId("chosen-remove").addEventListener("click", () => {
  input.value = "";
  composer.dispatchEvent(new Event("input"));
  show();
  input.focus();
});

// Dropping and pasting

/** Puts the first picture of a drop or of the clipboard into the form. Returns false if there is none. */
function take(transfer) {
  const file = [...transfer.files].find((file) => TYPES.includes(file.type)) ?? transfer.files[0];
  if (!file || byId("fields").disabled) return false;
  const files = new DataTransfer();
  files.items.add(file);
  input.files = files.files;
  composer.dispatchEvent(new Event("input"));
  show();
  return true;
}

const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
document.addEventListener("dragover", (event) => {
  if (!hasFiles(event)) return;
  event.preventDefault();
  composer.classList.add("dropping");
});
document.addEventListener("dragleave", (event) => event.relatedTarget || composer.classList.remove("dropping"));
document.addEventListener("drop", (event) => {
  composer.classList.remove("dropping");
  if (!hasFiles(event)) return;
  event.preventDefault();
  take(event.dataTransfer);
});
document.addEventListener("paste", (event) => {
  // A copied table has a picture as well as text.
  if (event.clipboardData.types.includes("text/plain")) return;
  if (event.clipboardData.files.length && take(event.clipboardData)) event.preventDefault();
});

// Sending

/** Sends as `fetch` does, and shows the progress, which `fetch` does not tell. */
function send(url, { method, headers, body }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      state(loaded < total ? `Sending… ${Math.floor((loaded / total) * 100)} %` : "Making it smaller…");
    });
    request.addEventListener("load", () => {
      const { status, responseText } = request;
      state(NOTE);
      resolve({ ok: status >= 200 && status < 300, status, json: async () => JSON.parse(responseText) });
    });
    for (const name of ["error", "abort", "timeout"]) {
      request.addEventListener(name, () => { state(NOTE); reject(new TypeError(name)); });
    }
    request.send(body);
  });
}

composer.addEventListener("compose", ({ detail }) => {
  const [file] = input.files;
  if (!file) return;
  const body = new FormData();
  for (const [name, value] of Object.entries(detail.fields)) body.append(name, value);
  body.append("picture", file);
  // Another choice is another message, even of the same file.
  const content = `${detail.content} ${choices}`;
  Object.assign(detail, { url: "/api/pictures", type: undefined, content, body, send });
});
composer.addEventListener("posted", () => {
  input.value = "";
  show();
});

// Labels

/** The label of a picture becomes its alternative text. */
function describe(label) {
  const picture = label.closest(".shown")?.querySelector("img");
  if (picture && label.dataset.description) picture.alt = label.dataset.description;
}

new MutationObserver((changes) => {
  for (const { addedNodes } of changes) {
    for (const node of addedNodes) if (node.classList?.contains("label")) describe(node);
  }
}).observe(byId("messages"), { childList: true, subtree: true });

composer.dataset.pictures = "";
show();
