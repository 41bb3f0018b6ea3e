// A choice of an asset is one play. Its answer starts the video, and today's count is followed until it moves.

import { play } from "./api.js";
import { markChosen } from "./catalogue.js";
import { daysOrNull, untilCounted } from "./counting.js";
import { draw, erase, ofToday } from "./days.js";
import { clear, explain, say } from "./messages.js";
import * as player from "./player.js";
import { nameOf, viewer } from "./viewers.js";

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
    await follow(choice);
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

async function follow(choice) {
  player.report(`Watching as ${nameOf(choice.user)}. This view is on its way to being counted.`);
  const days = await choice.before;
  choice.signal.throwIfAborted();
  if (days) draw(days);
  const before = days && ofToday(days);
  const counted = await untilCounted(choice.asset, before, choice.signal);
  player.report(counted === null ? NOT_YET : `Counted. Today’s views are now ${counted}.`);
}

const NOT_YET = "Not counted yet. The view is safe in a queue and will be counted.";
