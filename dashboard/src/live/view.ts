/** What the page shows at one moment, worked out from all it knows and the time: pure, so that it can be tested. */
import type { Camera, Line, Venue, Zone } from "../api/types";
import { type AgedHealth, agedHealth, agedReading } from "../logic/ageing";
import { type Instant, serverNow } from "../logic/clock";
import { type LineFlow, lineFlow } from "../logic/crossings";
import { type Level, levelOf } from "../logic/level";
import type { Measure } from "../logic/measure";
import { type Occupancy, venueOccupancy } from "../logic/occupancy";
import { bucketTimes, points, totalCounts, zoneCounts } from "../logic/series";
import { type Trend, trendOf } from "../logic/trend";
import type { Heard, LiveState } from "./state";

export type Connection = "connecting" | "live" | "lost";
/** How long the feed may be away before the page says so: a blip that mends itself is not news. */
const BANNER_AFTER_MS = 1_500;

export interface ZoneView {
  readonly zone: Zone;
  readonly measure: Measure;
  readonly level: Level;
  readonly trend: Trend;
  readonly counts: readonly (number | null)[];
}

export interface CameraView {
  readonly camera: Camera;
  readonly health: AgedHealth;
  readonly heard: Heard | null;
}

export interface LineView {
  readonly line: Line;
  readonly flow: LineFlow;
  readonly sees: boolean;
}

export interface VenueView {
  readonly nowMs: number;
  readonly connection: Connection;
  /** How long ago the feed was last heard; null before its first message. */
  readonly silentMs: number | null;
  readonly occupancy: Occupancy;
  readonly level: Level;
  readonly trend: Trend;
  readonly lastKnown: { readonly people: number; readonly atMs: number } | null;
  readonly times: readonly number[];
  readonly counts: readonly (number | null)[];
  readonly zones: readonly ZoneView[];
  readonly cameras: readonly CameraView[];
  readonly lines: readonly LineView[];
}

export function viewOf(venue: Venue, state: LiveState, now: Instant): VenueView {
  const nowMs = serverNow(state.clock, now);
  const times = bucketTimes(nowMs);
  const zones = venue.zones.map((zone) => zoneView(zone, venue, state, nowMs, times));
  const occupancy = venueOccupancy(venue.zones, new Map(zones.map((z) => [z.zone.id, z.measure])));
  const primary = venue.zones.filter((zone) => zone.primary).map((zone) => zone.id);
  const counts = totalCounts(state.series, primary, times);
  const heard = connectionOf(state, now);
  const cameras = venue.cameras.map((camera) => cameraView(camera, state, nowMs, heard.connection));
  return {
    nowMs,
    ...heard,
    occupancy,
    level: levelOf(occupancy.known ? occupancy.people : null, venue.capacity, venue),
    trend: occupancy.known ? trendOf(points(times, counts), nowMs, venue.capacity) : null,
    lastKnown: lastKnownTotal(times, counts),
    times,
    counts,
    zones,
    cameras,
    lines: venue.lines.map((line) => lineView(line, state, cameras, nowMs)),
  };
}

function connectionOf(state: LiveState, now: Instant): { connection: Connection; silentMs: number | null } {
  const heard = state.lastHeard;
  if (heard === null) return { connection: state.status === "lost" ? "lost" : "connecting", silentMs: null };
  const silentMs = Math.max(now.wallMs - heard.wallMs, now.monotonicMs - heard.monotonicMs, 0);
  const away = state.status !== "live" && silentMs > BANNER_AFTER_MS;
  return { connection: away ? "lost" : "live", silentMs };
}

function zoneView(
  zone: Zone,
  venue: Venue,
  state: LiveState,
  nowMs: number,
  times: readonly number[],
): ZoneView {
  const measure = agedReading(state.readings.get(zone.id), state.lastKnown.get(zone.id) ?? null, nowMs);
  const counts = zoneCounts(state.series, zone.id, times);
  return {
    zone,
    measure,
    level: levelOf(measure.known ? measure.count : null, zone.capacity, venue),
    trend: measure.known ? trendOf(points(times, counts), nowMs, zone.capacity) : null,
    counts,
  };
}

function cameraView(camera: Camera, state: LiveState, nowMs: number, connection: Connection): CameraView {
  const heard = state.cameras.get(camera.id) ?? null;
  const health = agedHealth(heard?.health, heard?.heardAtMs, nowMs);
  // Whether a camera sees is not known from the moment that nobody can tell.
  if (connection === "lost" && health.state === "ok") {
    return { camera, heard, health: { state: "stale", why: "no connection to Headroom" } };
  }
  return { camera, heard, health };
}

function lineView(line: Line, state: LiveState, cameras: readonly CameraView[], nowMs: number): LineView {
  const sees = cameras.some(({ camera, health }) => camera.id === line.camera_id && health.state === "ok");
  return { line, sees, flow: lineFlow(state.flow, line.id, nowMs, state.unbrokenSinceMs, sees) };
}

function lastKnownTotal(
  times: readonly number[],
  counts: readonly (number | null)[],
): VenueView["lastKnown"] {
  const index = counts.findLastIndex((count) => count !== null);
  const [people, atMs] = [counts[index] ?? null, times[index]];
  return people === null || atMs === undefined ? null : { people, atMs };
}

/** What stops the occupancy from being known: the connection, or the cameras by name, each with why. */
export function blame(venue: Venue, view: VenueView): string[] {
  if (view.occupancy.known) return [];
  if (view.connection === "lost") return ["No connection to Headroom"];
  const blamed = new Set(
    view.occupancy.unknownZones.map(({ id }) => venue.zones.find((zone) => zone.id === id)?.camera_id),
  );
  return view.cameras
    .filter(({ camera }) => blamed.has(camera.id))
    .map(({ camera, health }) => `${camera.name}: ${cameraWords(health)}`);
}

const CAMERA_WORDS: Record<AgedHealth["state"], string> = {
  ok: "no count arrives",
  stale: "its picture is old",
  blind: "camera is blind",
  uncalibrated: "camera is not set up",
  missing: "not heard from yet",
};

export function cameraWords({ state, why }: AgedHealth): string {
  if (why === null || state === "missing") return CAMERA_WORDS[state];
  return state === "stale" ? why : `${CAMERA_WORDS[state]} (${why})`;
}
