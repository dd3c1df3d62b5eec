/** What the page knows, as the live feed and the store have told it. */
import type { CameraHealth, CrossingHistory, LiveMessage, ReadingHistory, ZoneReading } from "../api/types";
import { type Instant, NO_CLOCK, observe, type ServerClock, serverNow } from "../logic/clock";
import { addCrossings, addStored, type Flow, NO_FLOW } from "../logic/crossings";
import type { LastKnown } from "../logic/measure";
import { addHistory, addReadings, NO_SERIES, type Series } from "../logic/series";

/** `gone`: no such venue for this user. `signed-out`: the session cannot be renewed. */
export type FeedStatus = "connecting" | "live" | "lost" | "gone" | "signed-out";

export interface Heard {
  readonly health: CameraHealth;
  readonly heardAtMs: number;
}

export interface LiveState {
  readonly status: FeedStatus;
  /** When the feed was last heard, by this device's clocks; null before the first message. */
  readonly lastHeard: Instant | null;
  /** Server time since when no message has been missed; null while disconnected. */
  readonly unbrokenSinceMs: number | null;
  readonly clock: ServerClock;
  readonly readings: ReadonlyMap<string, ZoneReading>;
  readonly lastKnown: ReadonlyMap<string, LastKnown>;
  readonly cameras: ReadonlyMap<string, Heard>;
  readonly series: Series;
  readonly flow: Flow;
}

export const INITIAL: LiveState = {
  status: "connecting",
  lastHeard: null,
  unbrokenSinceMs: null,
  clock: NO_CLOCK,
  readings: new Map(),
  lastKnown: new Map(),
  cameras: new Map(),
  series: NO_SERIES,
  flow: NO_FLOW,
};

export type LiveEvent =
  | { readonly type: "message"; readonly message: LiveMessage; readonly at: Instant }
  | { readonly type: "status"; readonly status: FeedStatus }
  | { readonly type: "readings"; readonly history: ReadingHistory }
  | { readonly type: "crossings"; readonly history: CrossingHistory };

export function reduce(state: LiveState, event: LiveEvent): LiveState {
  switch (event.type) {
    case "message":
      return hear(state, event.message, event.at);
    case "status":
      return {
        ...state,
        status: event.status,
        unbrokenSinceMs: event.status === "live" ? state.unbrokenSinceMs : null,
      };
    case "readings":
      return { ...state, series: addHistory(state.series, event.history) };
    case "crossings":
      return { ...state, flow: addStored(state.flow, event.history) };
  }
}

function hear(state: LiveState, message: LiveMessage, at: Instant): LiveState {
  const sentAtMs = Date.parse(message.sent_at);
  const clock = observe(state.clock, sentAtMs, at);
  const nowMs = serverNow(clock, at);
  const update = message.kind === "update";
  const missed = update && message.skipped > 0;
  return {
    ...state,
    status: "live",
    lastHeard: at,
    clock,
    unbrokenSinceMs: missed || state.unbrokenSinceMs === null ? sentAtMs : state.unbrokenSinceMs,
    // A snapshot is everything: a zone it does not name is not known any more.
    readings: newest(update ? state.readings : new Map(), message.readings),
    lastKnown: remember(state.lastKnown, message.readings),
    cameras: hearCameras(update ? state.cameras : new Map(), message.cameras, sentAtMs),
    series: addReadings(state.series, message.readings, nowMs),
    flow: update ? addCrossings(state.flow, message.crossings, nowMs) : state.flow,
  };
}

/** The newest reading of each zone; one that arrives out of order changes nothing. */
function newest(
  old: ReadonlyMap<string, ZoneReading>,
  readings: readonly ZoneReading[],
): ReadonlyMap<string, ZoneReading> {
  if (readings.length === 0) return old;
  const next = new Map(old);
  for (const reading of readings) {
    const before = next.get(reading.zone_id);
    if (before === undefined || Date.parse(before.captured_at) <= Date.parse(reading.captured_at)) {
      next.set(reading.zone_id, reading);
    }
  }
  return next;
}

function remember(
  old: ReadonlyMap<string, LastKnown>,
  readings: readonly ZoneReading[],
): ReadonlyMap<string, LastKnown> {
  const next = new Map(old);
  for (const { zone_id, state, count, captured_at } of readings) {
    const atMs = Date.parse(captured_at);
    if (state !== "ok" || count === null || count === undefined) continue;
    if (atMs >= (next.get(zone_id)?.atMs ?? 0)) next.set(zone_id, { count, atMs });
  }
  return next;
}

function hearCameras(
  old: ReadonlyMap<string, Heard>,
  cameras: readonly CameraHealth[],
  heardAtMs: number,
): ReadonlyMap<string, Heard> {
  if (cameras.length === 0) return old;
  const next = new Map(old);
  for (const health of cameras) next.set(health.camera_id, { health, heardAtMs });
  return next;
}
