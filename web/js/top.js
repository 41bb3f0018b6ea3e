// The most watched assets as bars, each a link that plays its asset.

import { addressOf } from "./address.js";
import { readTop } from "./api.js";
import { titleOf } from "./catalogue.js";
import { byId, element, svg } from "./dom.js";
import { clear, explain } from "./messages.js";

const REFRESH_MS = 60_000;
const range = byId("range");
const list = byId("top");

export async function showTop() {
  const days = chosenDays();
  try {
    const ranking = await readTop(days);
    if (days === chosenDays()) draw(ranking);
  } catch (error) {
    if (days === chosenDays()) explain("top", error, showTop);
  }
}

// Another range may be chosen while a list is on its way.
const chosenDays = () => range.querySelector(":checked").value;

function draw({ asOf, assets }) {
  clear("top");
  const most = Math.max(1, ...assets.map(({ views }) => views));
  list.replaceChildren(...assets.map((asset) => item(asset, most)));
  byId("top-note").replaceChildren(...note(asOf, assets.length));
}

function item({ id, views }, most) {
  return element(
    "li",
    {},
    element("a", { href: addressOf(id) }, titleOf(id)),
    element("span", { class: "number" }, String(views)),
    svg(
      "svg",
      { width: "100%", height: 8, "aria-hidden": "true" },
      svg("rect", { class: "track", width: "100%", height: 8, rx: 4 }),
      svg("rect", { width: `${Math.max(2, (views / most) * 100)}%`, height: 8, rx: 4 }),
    ),
  );
}

function note(asOf, length) {
  if (asOf === null) return ["There is no ranking yet."];
  const moment = new Date(asOf).toLocaleString("en", { dateStyle: "medium", timeStyle: "short" });
  const time = element("time", { datetime: asOf }, moment);
  const what = length === 0 ? "Nothing was watched in these days, as of " : "As of ";
  return [what, time, ". Views that were counted while the list was made may be missing."];
}

range.addEventListener("change", () => {
  list.replaceChildren();
  byId("top-note").textContent = "";
  showTop();
});
// A redraw would take the focus from a link.
setInterval(() => document.hidden || list.contains(document.activeElement) || showTop(), REFRESH_MS);
