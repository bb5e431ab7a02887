// The last part of a journey: from the task to this page. The server has rendered the parts before it.

import { calm, make } from "./page.js";
import { difference, now } from "./clock.js";
import { spoken } from "./times.js";

/** The journeys of the entries that arrived while the page was open: the times of each, in order. */
export const journeys = [];
const JOURNEYS_KEPT = 200;
/** A longer part is no journey: this page was away, or a clock was set. */
const LONGEST_MS = 3600 * 1000;
/** The largest difference between two clocks with which the parts still mean something. */
const MOST_APART_MS = 1000;
/** The shortest part of the bar, and the gap between two, of a length of 1000. */
const [SHORTEST, GAP] = [24, 8];

const text = (time) => new Date(time).toISOString();

/** Follows entries that have just come to the moment when they are painted. `sent` is the time when the task sent them first. */
export function follow(items, { id, sent } = {}) {
  const arrived = now();
  const wasHidden = document.hidden;
  for (const item of items) {
    const { received, at, stored, seen } = item.dataset;
    const journey = { id: id ?? item.id, received, at, stored, seen, sent, arrived: text(arrived) };
    item.dataset.sent = sent ?? "";
    journeys.push(journey);
    if (journeys.length > JOURNEYS_KEPT) journeys.shift();
    requestAnimationFrame(() => setTimeout(() => {
      const painted = now();
      item.dataset.painted = journey.painted = text(painted);
      if (!wasHidden) complete(item, journey, arrived, painted);
    }));
  }
}

/** Adds the last part to the bar of an entry. */
async function complete(item, journey, arrived, painted) {
  const details = item.querySelector(".journey");
  if (!details || !journey.seen) return;
  const clock = await difference().catch(() => undefined);
  if (!clock) return;
  let { ahead, uncertainty } = clock;
  // What arrived before it was sent shows that the clocks differ by more: another task may have answered.
  const early = Date.parse(journey.sent) - (arrived - ahead);
  if (early > uncertainty) uncertainty = early;
  const took = painted - ahead - Date.parse(journey.seen);
  if (!(took < LONGEST_MS && took > -MOST_APART_MS)) return;
  const you = Math.max(0, Math.round(took));
  journey.you = you;
  journey.uncertainty = Math.ceil(Math.max(uncertainty, -took));
  add(details, you, journey.uncertainty);
  travel(details);
}

function add(details, you, uncertainty) {
  const leg = make("li", { className: "you", title: "from this task until it was painted here" }, "you ", make("b", {}, spoken(you)));
  leg.dataset.ms = you;
  if (uncertainty > 0) leg.append(` ± ${uncertainty}`);
  const legs = details.querySelector(".legs");
  legs.append(leg);
  const parts = [...legs.children].map(({ className, dataset }) => ({ className, millis: Number(dataset.ms) }));
  const sum = parts.reduce((sum, { millis }) => sum + millis, 0);
  details.querySelector(".sum").textContent = spoken(sum);
  draw(details.querySelector(".hops"), parts);
  const words = `Up to here by the server’s clocks; “you” by this browser’s, compared with ± ${uncertainty} ms.`;
  if (uncertainty > 0) details.append(make("p", { className: "clocks" }, words));
}

/** Draws the bar, whose length is always the same. */
function draw(picture, parts) {
  const sum = Math.max(1, parts.reduce((sum, { millis }) => sum + millis, 0));
  const rest = 1000 - parts.length * SHORTEST - (parts.length - 1) * GAP;
  let [x, before] = [0, 0];
  picture.replaceChildren(...parts.map(({ className, millis }) => {
    const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    const width = SHORTEST + Math.floor(rest * (before + millis) / sum) - Math.floor(rest * before / sum);
    for (const [name, value] of Object.entries({ class: className, x, width, height: 10 })) rect.setAttribute(name, value);
    [x, before] = [x + width + GAP, before + millis];
    return rect;
  }));
}

// The picture of where this comes from

/** Lets a dot travel the picture beside the wall, and shows the times of the newest journey there. */
function travel(details) {
  const picture = document.getElementById("origin");
  for (const { className, dataset: { ms } } of details.querySelectorAll(".legs li")) {
    for (const name of ["function", "volume", "task", "you"]) {
      const place = picture.querySelector(`[data-time="${name}"]`);
      if (className === name) place.textContent = spoken(Number(ms));
    }
  }
  if (calm.matches || document.hidden) return;
  const dot = picture.querySelector(".traveller");
  const places = dot.dataset.way.split(" ").map((place) => `translate(${place.split(",").map((at) => `${at}px`).join(", ")})`);
  const frames = places.map((transform) => ({ transform, opacity: 1 }));
  dot.animate([{ ...frames[0], opacity: 0 }, ...frames, { ...frames[frames.length - 1], opacity: 0 }], { duration: 1400, easing: "ease-in-out" });
}
