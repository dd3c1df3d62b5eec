/** Messages and measures for the tests of the pure modules. */
import fc from "fast-check";
import type { CameraHealth, LineCrossing, Venue, ZoneReading } from "../api/types";
import type { Measure } from "./measure";

export const T0 = Date.parse("2026-05-01T18:00:00Z");

export function iso(ms: number): string {
  return new Date(ms).toISOString();
}

export function okReading(zoneId: string, count: number, atMs: number): ZoneReading {
  return {
    kind: "zone_reading",
    version: 1,
    venue_id: "hall",
    zone_id: zoneId,
    camera_ids: ["door"],
    captured_at: iso(atMs),
    state: "ok",
    reason: null,
    count,
    peak: Math.ceil(count),
    count_low: null,
    count_high: null,
    frames: 10,
    method: "boxes",
    model: "test",
    epoch: 1,
    floor: null,
  };
}

export function blindReading(zoneId: string, atMs: number): ZoneReading {
  return {
    ...okReading(zoneId, 0, atMs),
    state: "blind",
    reason: "no frames for 12 s",
    count: null,
    peak: null,
  };
}

export function okHealth(cameraId: string, atMs: number): CameraHealth {
  return {
    kind: "camera_health",
    version: 1,
    venue_id: "hall",
    camera_id: cameraId,
    captured_at: iso(atMs),
    state: "ok",
    reason: null,
    last_frame_at: iso(atMs),
    fps: 10,
    frame_width: 640,
    frame_height: 480,
    frames_captured: 10,
    frames_dropped: 0,
    frames_predicted: 0,
    frames_late: 0,
    restarts: 0,
  };
}

export function crossing(lineId: string, direction: "in" | "out", atMs: number): LineCrossing {
  return {
    kind: "line_crossing",
    version: 1,
    venue_id: "hall",
    captured_at: iso(atMs),
    state: "ok",
    reason: null,
    crossing_id: `${lineId} ${direction} ${atMs}`,
    line_id: lineId,
    camera_id: "door",
    direction,
  };
}

export const HALL: Venue = {
  id: "hall",
  name: "Hall",
  capacity: 100,
  timezone: "Europe/London",
  role: "staff",
  busy_at: 0.8,
  full_at: 0.95,
  cameras: [{ id: "door", name: "Door", frame_width: 640, frame_height: 480 }],
  zones: ["front", "back"].map((id) => ({
    id,
    name: id,
    camera_id: "door",
    polygon: [
      [0, 0],
      [640, 0],
      [640, 480],
    ],
    capacity: 50,
    primary: true,
  })),
  lines: [{ id: "gate", name: "Gate", camera_id: "door", start: [0, 0], end: [640, 0] }],
  floor: null,
  gates: [],
};

export const anyMeasure: fc.Arbitrary<Measure> = fc.oneof(
  fc.record({
    known: fc.constant(true as const),
    count: fc.double({ min: 0, max: 5_000, noNaN: true }),
    low: fc.constant(null),
    high: fc.constant(null),
    atMs: fc.constant(T0),
  }),
  fc.record({
    known: fc.constant(false as const),
    state: fc.constantFrom("stale", "blind", "uncalibrated", "missing"),
    why: fc.constant("no frames"),
    lastKnown: fc.option(fc.record({ count: fc.nat(500), atMs: fc.constant(T0) })),
  }),
);
