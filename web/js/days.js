// The views of an asset per day as a picture, and as a table with the same numbers.

import { byId, element, svg } from "./dom.js";

const HEIGHT = 190;
const GROUND = 164;
const ROOM = 134;

const place = byId("days");

export const ofToday = (days) => days.at(-1).views;
export const sum = (days) => days.reduce((total, { views }) => total + views, 0);

export function draw(days) {
  const open = place.querySelector("details")?.open;
  const total = sum(days);
  byId("days-note").textContent = `${total} in the last ${days.length} days, ${ofToday(days)} of them today (UTC).`;
  const isFocused = place.contains(document.activeElement);
  place.replaceChildren(picture(days, total), table(days));
  place.querySelector("details").open = open ?? false;
  if (isFocused) place.querySelector("summary").focus({ preventScroll: true });
}

export function erase(note) {
  byId("days-note").textContent = note;
  place.replaceChildren();
}

function picture(days, total) {
  const most = Math.max(1, ...days.map(({ views }) => views));
  const name = `Views per day from ${days[0].date} to ${days.at(-1).date}: ${total} in all`;
  return svg(
    "svg",
    { role: "img", "aria-label": name, width: "100%", height: HEIGHT },
    ...scale(most),
    ...days.map((day, index) => bar(day, index, days.length, most)),
    ...dates(days),
  );
}

const scale = (most) => [
  svg("line", { x1: 0, x2: "100%", y1: GROUND - ROOM, y2: GROUND - ROOM }),
  svg("line", { x1: 0, x2: "100%", y1: GROUND, y2: GROUND }),
  svg("text", { x: 0, y: GROUND - ROOM - 8 }, String(most)),
];

function bar({ date, views }, index, count, most) {
  // A day without views keeps a trace so that it can be pointed at.
  const height = views === 0 ? 2 : Math.max(4, (views / most) * ROOM);
  const width = 100 / count;
  const drawn = { x: `${index * width + width / 8}%`, width: `${width * 0.75}%`, y: GROUND - height, height, rx: 2 };
  const kind = views === 0 ? "none" : index === count - 1 ? "today" : "some";
  return svg(
    "rect",
    { ...drawn, class: kind, "data-date": date, "data-views": views },
    svg("title", {}, `${date}: ${views}`),
  );
}

const dates = (days) => [
  svg("text", { x: 0, y: HEIGHT - 4 }, short(days[0].date)),
  svg("text", { x: "50%", y: HEIGHT - 4, "text-anchor": "middle" }, short(days[Math.floor(days.length / 2)].date)),
  svg("text", { x: "100%", y: HEIGHT - 4, "text-anchor": "end" }, "Today"),
];

const short = (date) =>
  new Date(date).toLocaleDateString("en", { day: "numeric", month: "short", timeZone: "UTC" });

function table(days) {
  const row = ({ date, views }) =>
    element("tr", {}, element("th", { scope: "row" }, date), element("td", { class: "number" }, String(views)));
  const head = element(
    "tr",
    {},
    element("th", { scope: "col" }, "Day"),
    element("th", { scope: "col", class: "number" }, "Views"),
  );
  return element(
    "details",
    {},
    element("summary", {}, "The numbers"),
    element("table", {}, element("thead", {}, head), element("tbody", {}, ...days.toReversed().map(row))),
  );
}
