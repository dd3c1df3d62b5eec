// @ts-check
/** What is going on in the fake venues at any moment, as a pure function of the scenario and the time. */

/** @typedef {import("../src/api/types").Venue} Venue */
/** @typedef {import("../src/api/types").Zone} Zone */
/** @typedef {import("../src/api/types").ZoneReading} ZoneReading */
/** @typedef {import("../src/api/types").CameraHealth} CameraHealth */
/** @typedef {import("../src/api/types").LineCrossing} LineCrossing */
/** @typedef {import("../src/api/types").State} State */
/** @typedef {"ok" | "busy" | "full" | "over" | "empty" | "stale" | "blind" | "all-blind" | "starting"} Scenario */

/** @type {readonly Scenario[]} */
export const SCENARIOS = ["ok", "busy", "full", "over", "empty", "stale", "blind", "all-blind", "starting"];

/** @type {Record<Scenario, number>} share of each zone's capacity */
const FULLNESS = {
  ok: 0.45,
  busy: 0.84,
  full: 0.965,
  over: 1.06,
  empty: 0,
  stale: 0.45,
  blind: 0.45,
  "all-blind": 0.45,
  starting: 0.45,
};

/** @param {string} text */
function seed(text) {
  return [...text].reduce((hash, letter) => (hash * 31 + letter.charCodeAt(0)) % 1000, 7);
}

/**
 * People in a zone: waves of several periods, and in the fuller scenarios one zone ahead of the others.
 * @param {Zone} zone @param {Scenario} scenario @param {number} second unix time
 */
export function countIn(zone, scenario, second) {
  if (scenario === "empty") return 0;
  const size = zone.capacity ?? 6;
  const phase = seed(zone.id);
  const wave =
    0.5 * Math.sin((second + phase * 7) / 170) +
    0.3 * Math.sin((second + phase) / 37) +
    0.2 * Math.sin((second * 1.7 + phase) / 5);
  const swing = scenario === "ok" || scenario === "blind" || scenario === "stale" ? 0.3 : 0.025;
  const level = FULLNESS[scenario] + swing * wave;
  return Math.max(0, Math.round(level * size * 10) / 10);
}

/**
 * How the zone's camera is: the first camera is the one in trouble.
 * @param {Venue} venue @param {string} cameraId @param {Scenario} scenario
 * @returns {State}
 */
export function cameraState(venue, cameraId, scenario) {
  const first = venue.cameras[0]?.id === cameraId;
  if (scenario === "all-blind") return "blind";
  if (scenario === "blind" && first) return "blind";
  return scenario === "stale" && first ? "stale" : "ok";
}

/** @param {State} state */
function reason(state) {
  if (state === "ok") return null;
  return state === "blind" ? "no frames for 42 s" : "newest picture is 6 s old";
}

/**
 * @param {Venue} venue @param {Zone} zone @param {Scenario} scenario @param {number} second
 * @returns {ZoneReading}
 */
export function reading(venue, zone, scenario, second) {
  const state = cameraState(venue, zone.camera_id, scenario);
  const count = state === "ok" ? countIn(zone, scenario, second) : null;
  return {
    kind: "zone_reading",
    version: 1,
    venue_id: venue.id,
    zone_id: zone.id,
    camera_ids: [zone.camera_id],
    captured_at: new Date(second * 1000).toISOString(),
    state,
    reason: reason(state),
    count,
    peak: count === null ? null : Math.ceil(count),
    count_low: count === null || venue.id === "town-square" ? null : Math.floor(count * 0.94),
    count_high: count === null || venue.id === "town-square" ? null : Math.ceil(count * 1.07),
    frames: state === "ok" ? 10 : 0,
    method: state === "ok" ? "boxes" : null,
    model: "fake",
    epoch: 1,
    floor: null,
  };
}

/**
 * @param {Venue} venue @param {string} cameraId @param {Scenario} scenario @param {number} nowMs
 * @returns {CameraHealth}
 */
export function health(venue, cameraId, scenario, nowMs) {
  const state = cameraState(venue, cameraId, scenario);
  const ageMs = { ok: 150, stale: 6_000, blind: 42_000, uncalibrated: 150 }[state];
  const at = new Date(nowMs - ageMs).toISOString();
  const camera = venue.cameras.find(({ id }) => id === cameraId);
  return {
    kind: "camera_health",
    version: 1,
    venue_id: venue.id,
    camera_id: cameraId,
    captured_at: at,
    state,
    reason: reason(state),
    last_frame_at: at,
    fps: state === "ok" ? 10 : null,
    frame_width: camera?.frame_width ?? null,
    frame_height: camera?.frame_height ?? null,
    frames_captured: Math.floor(nowMs / 100) % 100_000,
    frames_dropped: 12,
    frames_predicted: 0,
    frames_late: 3,
    restarts: state === "blind" ? 4 : 0,
  };
}

/**
 * The crossings of one second: now one in, now one out.
 * @param {Venue} venue @param {Scenario} scenario @param {number} second
 * @returns {LineCrossing[]}
 */
export function crossings(venue, scenario, second) {
  return venue.lines.flatMap((line, index) => {
    const passes = cameraState(venue, line.camera_id, scenario) === "ok" && (second + index * 3) % 7 === 0;
    if (!passes || scenario === "empty") return [];
    return [
      {
        kind: /** @type {const} */ ("line_crossing"),
        version: /** @type {const} */ (1),
        venue_id: venue.id,
        captured_at: new Date(second * 1000 + 400).toISOString(),
        state: /** @type {const} */ ("ok"),
        reason: null,
        crossing_id: `00000000-0000-4000-8000-${String(index).padStart(2, "0")}${String(second % 1e10).padStart(10, "0")}`,
        line_id: line.id,
        camera_id: line.camera_id,
        direction: (second + index) % 3 === 0 ? /** @type {const} */ ("out") : /** @type {const} */ ("in"),
      },
    ];
  });
}

/** When the store lost sight of the first camera for two minutes, so that every chart shows a gap. */
export function storedGap(/** @type {number} */ nowMs, /** @type {number} */ atMs) {
  const agoMs = nowMs - atMs;
  return agoMs > 6 * 60_000 && agoMs < 8 * 60_000;
}
