// Follows an asset's days until a view is counted, with growing pauses.

import { readDays } from "./api.js";
import { draw, ofToday, sum } from "./days.js";

const PAUSES_MS = [300, 500, 800, 1200, 2000, 3000, 5000, 8000, 12000];

// Returns today's views once the view is among them, or null if it is not by the end. Rejects when the signal aborts.
export async function untilCounted({ asset, before, signal }, total) {
  let days = await before;
  const known = days && ofToday(days);
  for (const pause of PAUSES_MS) {
    signal.throwIfAborted();
    if (days) draw(days);
    if (days && isCounted(days, known, total)) return ofToday(days);
    await elapsed(pause, signal);
    days = await daysOrNull(asset, signal);
  }
  return null;
}

// The total in a play's answer includes the play. Days that reach it have it too, even if they were first read too late
// to see the count move.
const isCounted = (days, known, total) =>
  (known !== null && ofToday(days) > known) || (total !== null && sum(days) >= total);

// A read that fails is worth no message, because the next one may succeed.
export async function daysOrNull(asset, signal) {
  try {
    return (await readDays(asset, signal)).days;
  } catch {
    signal.throwIfAborted();
    return null;
  }
}

function elapsed(ms, signal) {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal.addEventListener("abort", stop);
  });
}
