// The calls to the API. Each is reported to the request log, and each failure has a kind that a message explains.

import { record } from "./requests.js";

const PATIENCE_MS = 20_000;
const PAGE_SIZE = 12;

export class ApiError extends Error {
  constructor(kind) {
    super(kind);
    this.kind = kind;
  }
}

export const listAssets = (cursor) => get("/content", { limit: PAGE_SIZE, ...(cursor && { cursor }) });

// The key makes a retry of the same choice the same view.
export const play = ({ asset, user, key }) =>
  call("POST", `/play/asset/${encodeURIComponent(asset)}/user/${encodeURIComponent(user)}`, {
    headers: { "Idempotency-Key": key },
  });

export const readDays = (asset, signal) =>
  get(`/events/asset/${encodeURIComponent(asset)}/days`, {}, { signal, cache: "no-store" });

export const readTop = (days) => get("/events/top", { days });

function get(path, query, options) {
  const search = new URLSearchParams(query).toString();
  return call("GET", search ? `${path}?${search}` : path, options);
}

async function call(method, path, options = {}) {
  const started = performance.now();
  const report = (status) => record({ method, path, status, ms: Math.round(performance.now() - started) });
  let response;
  try {
    response = await fetch(path, { method, ...options, signal: limited(options.signal) });
    const body = response.ok ? await response.json() : null;
    report(response.status);
    if (body !== null) return body;
  } catch {
    options.signal?.throwIfAborted();
    report(response?.status);
    throw new ApiError("away");
  }
  throw new ApiError(kind(response.status));
}

const limited = (signal) => AbortSignal.any([AbortSignal.timeout(PATIENCE_MS), ...(signal ? [signal] : [])]);

// A status of 502 or 504 comes from the server that passes requests on to the API.
function kind(status) {
  if (status === 400 || status === 404) return "unknown";
  if (status === 401 || status === 403) return "refused";
  if (status === 429) return "throttled";
  return status === 502 || status === 504 ? "away" : "fault";
}
