// The table of the last requests, the newest first.

import { byId, element } from "./dom.js";

const KEPT = 20;
const rows = byId("requests").tBodies[0];

export function record({ method, path, status, ms }) {
  const failed = status === undefined || status >= 400;
  rows.prepend(
    element(
      "tr",
      {},
      element("td", {}, method),
      element("td", { class: "path" }, path),
      element("td", { class: failed ? "failed" : "fine" }, String(status ?? "no answer")),
      element("td", { class: "number" }, `${ms} ms`),
    ),
  );
  while (rows.rows.length > KEPT) rows.lastElementChild.remove();
}
