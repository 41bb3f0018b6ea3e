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
// The choice whose play is not answered yet.
let pending = null;
// The asset whose days are shown.
let shown = null;

export function choose(asset) {
  const user = viewer();
  // A held key or an impatient person repeats a choice, which stays one play.
  if (pending?.asset === asset && pending.user === user) return;
  latest.abort();
  latest = new AbortController();
  clear("play");
  markChosen(asset);
  const choice = { asset, user, key: crypto.randomUUID(), signal: latest.signal };
  // Read before the play can be counted. A retry compares with the same count.
  choice.before = daysOrNull(asset, choice.signal).catch(() => null);
  attempt(choice);
}

// Ends when the play is answered or has failed.
async function attempt(choice) {
  pending = choice;
  try {
    const answer = await play(choice);
    if (!choice.signal.aborted) show(choice, answer);
  } catch (error) {
    if (!choice.signal.aborted) fail(choice, error);
  } finally {
    if (pending === choice) pending = null;
  }
}

function show(choice, answer) {
  clear("play");
  markChosen(choice.asset);
  if (shown !== choice.asset) erase("The views per day of this video have not arrived yet.");
  shown = choice.asset;
  player.show(answer, choice.user);
  player.focus();
  follow(choice, answer.assetviews).catch((error) => {
    if (!choice.signal.aborted) throw error;
  });
}

function fail(choice, error) {
  player.hide();
  erase("Choose a video to see its last 30 days.");
  shown = null;
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
