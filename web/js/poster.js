// A picture per asset, drawn from its id: the same id always looks the same.

import { svg } from "./dom.js";

export function poster(id) {
  const seed = hash(id);
  const hue = ((seed >>> 18) * 54) % 360;
  const colour = (turn, lightness) => `hsl(${(hue + turn) % 360} 55% ${lightness}%)`;
  const across = 60 + ((seed >>> 9) % 200);
  return svg(
    "svg",
    { viewBox: "0 0 320 180", "aria-hidden": "true", focusable: "false", preserveAspectRatio: "xMidYMid slice" },
    svg("rect", { width: 320, height: 180, fill: colour(0, 34) }),
    svg("circle", { cx: across, cy: 70 + ((seed >>> 5) % 40), r: 44, fill: colour(40, 72) }),
    svg("path", { d: hills(seed >>> 3, 96, 34), fill: colour(-25 + 360, 26) }),
    svg("path", { d: hills(seed >>> 7, 128, 26), fill: colour(-45 + 360, 18) }),
  );
}

// A wave from edge to edge, filled down to the ground.
function hills(seed, height, swing) {
  const up = (shift) => height + ((seed >>> shift) % swing) - swing / 2;
  const left = `M0 ${up(0)} C80 ${up(2) - swing} 110 ${up(4) + swing} 170 ${up(6)}`;
  return `${left} S270 ${up(8) - swing} 320 ${up(10)} V180 H0Z`;
}

// FNV-1a, then mixed so that ids which differ in one character look different.
function hash(id) {
  let value = 0x811c9dc5;
  for (const character of id) value = Math.imul(value ^ character.codePointAt(0), 0x01000193);
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
  return (value ^ (value >>> 13)) >>> 0;
}
