// The chosen asset in the page's address, as in #/asset/123.

const PREFIX = "#/asset/";

export function chosenAsset() {
  if (!location.hash.startsWith(PREFIX)) return null;
  const written = location.hash.slice(PREFIX.length);
  try {
    return decodeURIComponent(written);
  } catch {
    return written;
  }
}

export const addressOf = (asset) => PREFIX + encodeURIComponent(asset);
