// Shows a play's answer and starts its video.

import { byId } from "./dom.js";
import { clear, say } from "./messages.js";
import { nameOf } from "./viewers.js";

const video = byId("video");

export function show(answer, user) {
  byId("invitation").hidden = true;
  byId("stage").hidden = false;
  for (const field of ["title", "genre", "summary"]) byId(field).textContent = answer[field];
  byId("user-name").textContent = nameOf(user);
  byId("user-views").textContent = answer.userviews ?? "unknown";
  byId("asset-views").textContent = answer.assetviews ?? "unknown";
  byId("answer").textContent = JSON.stringify(answer, null, 2);
  start(answer.url);
}

export function hide() {
  video.removeAttribute("src");
  video.load();
  byId("stage").hidden = true;
  byId("invitation").hidden = false;
  clear("video");
}

// Brings the player to a person who chose a video further down.
export function focus() {
  byId("title").focus({ preventScroll: true });
  byId("player").scrollIntoView({ block: "nearest" });
}

export const report = (sentence) => {
  byId("progress").textContent = sentence;
};

function start(url) {
  clear("video");
  video.src = url;
  // A browser may wait for a press of Play, as after a deep link. A file that is missing is an error event below.
  video.play().catch(() => {});
}

video.addEventListener("error", () => {
  if (video.hasAttribute("src")) say("video", "This video’s file can’t be played. Its view is recorded.");
});
