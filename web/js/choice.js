// A choice of an asset is one play. Its answer starts the video, and today's count is followed until it moves.

import { play } from "./api.js";
import { markChosen } from "./catalogue.js";
import { daysOrNull, untilCounted } from "./counting.js";
import { erase } from "./days.js";
import { clear, explain, say } from "./messages.js";
import * as player from "./player.js";
import { nameOf, viewer } from "./viewers.js";

const NOT_YET = "Today’s count has not moved yet. The view waits in a queue.";

let latest = new AbortController();

export function choose(asset) {
  latest.abort();
  latest = new AbortController();
  clear("play");
  markChosen(asset);
  const choice = { asset, user: viewer(), key: crypto.randomUUID(), signal: latest.signal };
  // Read before the play can be counted. A retry compares with the same count.
  choice.before = daysOrNull(asset, choice.signal).catch(() => null);
  return attempt(choice);
}

async function attempt(choice) {
  try {
    const answer = await play(choice);
    if (choice.signal.aborted) return;
    clear("play");
    player.show(answer, choice.user);
    player.focus();
    await follow(choice, answer.assetviews);
  } catch (error) {
    if (!choice.signal.aborted) fail(choice, error);
  }
}

function fail(choice, error) {
  player.hide();
  erase();
  markChosen(null);
  if (error.kind === "unknown") say("play", `There is no video “${choice.asset}”. Choose one from the catalogue.`);
  else explain("play", error, () => attempt(choice));
}

async function follow(choice, total) {
  player.report(`Watching as ${nameOf(choice.user)}. This view is on its way to being counted.`);
  const counted = await untilCounted(choice, total);
  // The moves of other viewers' plays look the same, so the sentence claims no more.
  player.report(counted === null ? NOT_YET : `The count has moved. Views today: ${counted}.`);
}
