// The catalogue as a grid of cards, page by page.

import { listAssets } from "./api.js";
import { byId, element } from "./dom.js";
import { clear, explain } from "./messages.js";
import { poster } from "./poster.js";

const list = byId("catalogue");
const more = byId("more");
const titles = new Map();
let cursor = null;
let chosen = null;

export const titleOf = (id) => titles.get(id) ?? id;

export async function showNextPage() {
  if (more.disabled) return;
  const byHand = document.activeElement === more;
  more.disabled = true;
  try {
    const page = await listAssets(cursor);
    clear("catalogue");
    const cards = page.assets.map(card);
    list.append(...cards);
    // The button may vanish, and its focus with it.
    if (byHand) cards[0]?.querySelector("button").focus();
    cursor = page.next;
    more.hidden = cursor === null;
    byId("catalogue-empty").hidden = titles.size > 0;
  } catch (error) {
    explain("catalogue", error, showNextPage);
  } finally {
    more.disabled = false;
  }
}

export function markChosen(id) {
  chosen = id;
  for (const button of list.querySelectorAll("button")) mark(button);
}

function mark(button) {
  if (button.dataset.asset === chosen) button.setAttribute("aria-current", "true");
  else button.removeAttribute("aria-current");
}

function card({ id, title, genre }) {
  titles.set(id, title);
  const name = element("span", { class: "name" }, title);
  const button = element("button", { type: "button", "data-asset": id }, poster(id), name, element("span", {}, genre));
  mark(button);
  return element("li", {}, button);
}

// Calls back with the id of each card that a person presses.
export function onChoice(choose) {
  list.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-asset]");
    // A double click is one choice.
    if (button && event.detail <= 1) choose(button.dataset.asset);
  });
}

more.addEventListener("click", showNextPage);
