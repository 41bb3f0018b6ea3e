// Follows today's count until it moves, with growing pauses.

import { readDays } from "./api.js";
import { draw, ofToday } from "./days.js";

const PAUSES_MS = [300, 500, 800, 1200, 2000, 3000, 5000, 8000, 12000];

// Answers the new count, or null if it has not moved by the end. Rejects when the signal aborts.
export async function untilCounted(asset, before, signal) {
  let known = before;
  for (const pause of PAUSES_MS) {
    await elapsed(pause, signal);
    const days = await daysOrNull(asset, signal);
    if (days === null) continue;
    draw(days);
    known ??= ofToday(days);
    if (ofToday(days) !== known) return ofToday(days);
  }
  return null;
}

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
