import fc from "fast-check";
import { expect, test } from "vitest";
import { iso, okReading, T0 } from "../logic/testing";
import { parseLive } from "./parse";

const heartbeat = {
  kind: "update",
  version: 1,
  venue_id: "hall",
  sent_at: iso(T0),
  readings: [],
  cameras: [],
  crossings: [],
  alerts: [],
  alerts_watched: true,
  skipped: 0,
};

test("a heartbeat and a snapshot are understood", () => {
  expect(parseLive(JSON.stringify(heartbeat))).toEqual(heartbeat);
  const snapshot = {
    kind: "snapshot",
    version: 1,
    venue_id: "hall",
    sent_at: iso(T0),
    readings: [okReading("a", 1, T0)],
    cameras: [],
    alerts: [],
    alerts_watched: true,
  };
  expect(parseLive(JSON.stringify(snapshot))).toEqual(snapshot);
});

test.each([
  ["another version", { ...heartbeat, version: 2 }],
  ["no time", { ...heartbeat, sent_at: "soon" }],
  ["no readings", { ...heartbeat, readings: undefined }],
  ["a reading without a time", { ...heartbeat, readings: [{ zone_id: "a" }] }],
  ["an alert without an id", { ...heartbeat, alerts: [{ captured_at: iso(T0) }] }],
  ["no word on alerts", { ...heartbeat, alerts: undefined }],
  ["nobody knows who watches for alerts", { ...heartbeat, alerts_watched: undefined }],
  ["another kind", { ...heartbeat, kind: "news" }],
])("%s is refused", (_, message) => {
  expect(parseLive(JSON.stringify(message))).toBeNull();
});

test("nothing that arrives can make it throw", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), fc.constant(undefined)), (text) => {
      parseLive(text);
    }),
  );
});
