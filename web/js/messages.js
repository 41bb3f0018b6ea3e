// Says in one sentence what went wrong, and offers to try again where that helps.

import { byId } from "./dom.js";

const SENTENCES = {
  away: "The videos can’t be reached right now. Check your connection, then try again.",
  throttled: "Too many people are watching at once. Wait a few seconds, then try again.",
  fault: "Something went wrong on our side. Wait a moment, then try again.",
  refused: "You are not allowed to watch this as the selected viewer.",
  unknown: "This part of the page asks for something that does not exist.",
};
const WORTH_A_RETRY = new Set(["away", "throttled", "fault"]);

const box = byId("message");
const text = byId("message-text");
const button = byId("retry");
// By the part of the page that failed, in the order in which the parts failed.
const problems = new Map();

export function explain(part, error, retry) {
  const kind = error.kind ?? "fault";
  say(part, SENTENCES[kind], WORTH_A_RETRY.has(kind) ? retry : undefined);
}

export function say(part, sentence, retry) {
  problems.delete(part);
  problems.set(part, { sentence, retry });
  show();
}

export function clear(part) {
  if (problems.delete(part)) show();
}

function show() {
  const latest = [...problems.values()].at(-1);
  const sentence = latest?.sentence ?? "";
  // Text that stays the same is not read out again.
  if (text.textContent !== sentence) text.textContent = sentence;
  button.hidden = ![...problems.values()].some(({ retry }) => retry);
  box.hidden = !latest;
}

let isTrying = false;
button.addEventListener("click", async () => {
  // A second press repeats nothing that is under way.
  if (isTrying) return;
  isTrying = true;
  await Promise.allSettled([...problems.values()].map(({ retry }) => retry?.()));
  isTrying = false;
});
