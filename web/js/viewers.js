// The switch of viewers. The next play counts for the chosen one.

import { byId, element } from "./dom.js";

const NAMES = { ana: "Ana", ben: "Ben", chloe: "Chloe" };

const select = byId("viewer");
select.append(...Object.entries(NAMES).map(([user, name]) => element("option", { value: user }, name)));

export const viewer = () => select.value;

export const nameOf = (user) => NAMES[user] ?? user;
