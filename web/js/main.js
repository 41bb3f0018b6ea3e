// Starts the page.

import { addressOf, chosenAsset } from "./address.js";
import { onChoice, showNextPage } from "./catalogue.js";
import { choose } from "./choice.js";
import { showTop } from "./top.js";

function chooseFromAddress() {
  const asset = chosenAsset();
  if (asset !== null) choose(asset);
}

addEventListener("hashchange", chooseFromAddress);

onChoice((asset) => {
  // The address of the chosen asset stays the same when it is played once more.
  if (asset === chosenAsset()) choose(asset);
  else location.hash = addressOf(asset);
});

// A link to the asset that is in the address already changes nothing there.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (link && link.hash === location.hash && event.detail <= 1) chooseFromAddress();
});

chooseFromAddress();
await showNextPage();
// The list shows titles that the catalogue has.
await showTop();
