import { describe, expect, test } from "vitest";
import type { LiveSnapshot, LiveUpdate, ZoneReading } from "../api/types";
import { blindReading, crossing, HALL, iso, okHealth, okReading, T0 } from "../logic/testing";
import { INITIAL, type LiveState, reduce } from "./state";
import { blame, viewOf } from "./view";

const at = (ms: number) => ({ wallMs: ms, monotonicMs: ms - T0 });

function snapshot(ms: number, readings: ZoneReading[]): LiveSnapshot {
  return {
    kind: "snapshot",
    version: 1,
    venue_id: "hall",
    sent_at: iso(ms),
    readings,
    cameras: [okHealth("door", ms)],
    alerts: [],
    alerts_watched: true,
    occupancy: [],
    positions: null,
  };
}

function update(ms: number, readings: ZoneReading[] = [], more: Partial<LiveUpdate> = {}): LiveUpdate {
  return {
    kind: "update",
    version: 1,
    venue_id: "hall",
    sent_at: iso(ms),
    readings,
    cameras: [okHealth("door", ms)],
    alerts: [],
    alerts_watched: true,
    occupancy: [],
    positions: null,
    crossings: [],
    skipped: 0,
    ...more,
  };
}

const hear = (state: LiveState, message: LiveSnapshot | LiveUpdate, ms: number) =>
  reduce(state, { type: "message", message, at: at(ms) });

const started = hear(
  INITIAL,
  snapshot(T0, [okReading("front", 20, T0 - 1_500), okReading("back", 10, T0 - 1_500)]),
  T0,
);

describe("what the page shows", () => {
  test("is the sum of the newest readings", () => {
    const view = viewOf(
      HALL,
      hear(started, update(T0 + 1_000, [okReading("front", 25, T0 - 500)]), T0 + 1_000),
      at(T0 + 1_000),
    );
    expect(view.occupancy).toMatchObject({ known: true, people: 35 });
    expect(view.connection).toBe("live");
    expect(view.level).toBe("calm");
  });

  test("zones of the floor plan show the same people again, and are not added", () => {
    const stage = {
      id: "stage",
      name: "Stage front",
      polygon: [
        [0, 0],
        [9, 0],
        [9, 9],
      ] as [number, number][],
      capacity: 40,
      queue: false,
      front: null,
    };
    const planned = { ...HALL, floor: { outline: null, zones: [stage] } };
    const told = {
      ...okReading("stage", 28, T0 - 1_500),
      camera_ids: ["door", "roof"],
      method: "floor" as const,
    };
    const state = hear(started, update(T0, [told]), T0);
    const view = viewOf(planned, state, at(T0));
    expect(view.occupancy).toMatchObject({ known: true, people: 30 });
    expect(view.zones.map(({ zone }) => zone.id)).toEqual(["front", "back"]);
    const blind = { ...blindReading("stage", T0 + 500), method: "floor" as const };
    const later = viewOf(planned, hear(state, update(T0 + 500, [blind]), T0 + 500), at(T0 + 500));
    expect(later.occupancy).toMatchObject({ known: true, people: 30 });
  });

  test("is unknown before anything was heard", () => {
    const view = viewOf(HALL, INITIAL, at(T0));
    expect(view.occupancy).toMatchObject({ known: false, atLeast: null });
    expect(view.connection).toBe("connecting");
  });

  test("is unknown as soon as a zone's camera is blind, and says whose fault it is", () => {
    const blind = { ...okHealth("door", T0 + 1_000), state: "blind" as const, reason: "no frames for 12 s" };
    const message = update(T0 + 1_000, [blindReading("front", T0)], { cameras: [blind] });
    const view = viewOf(HALL, hear(started, message, T0 + 1_000), at(T0 + 1_000));
    expect(view.occupancy).toMatchObject({ known: false, atLeast: 10 });
    expect(view.level).toBe("unknown");
    expect(blame(HALL, view)).toEqual(["Door: camera is blind (no frames for 12 s)"]);
  });

  test("turns unknown by itself when nothing is heard, and says that the connection is lost", () => {
    const lost = reduce(started, { type: "status", status: "lost" });
    expect(viewOf(HALL, lost, at(T0 + 1_000)).connection).toBe("live");
    expect(viewOf(HALL, lost, at(T0 + 2_000)).connection).toBe("lost");
    const later = viewOf(HALL, lost, at(T0 + 4_000));
    expect(later.occupancy.known).toBe(false);
    expect(blame(HALL, later)).toEqual(["No connection to Headroom"]);
    expect(later.cameras[0]?.health).toEqual({ state: "stale", why: "no connection to Headroom" });
    expect(viewOf(HALL, lost, at(T0 + 12_000)).cameras[0]?.health.state).toBe("blind");
  });

  test("turns unknown when the server is heard but its readings stop", () => {
    const beating = hear(started, update(T0 + 5_000), T0 + 5_000);
    const view = viewOf(HALL, beating, at(T0 + 5_000));
    expect(view.connection).toBe("live");
    expect(view.zones[0]?.measure).toMatchObject({ known: false, lastKnown: { count: 20 } });
  });

  test("is right on a phone whose clock is an hour wrong", () => {
    const wrong = (ms: number) => ({ wallMs: ms - 3_600_000, monotonicMs: ms - T0 });
    const state = reduce(INITIAL, {
      type: "message",
      message: snapshot(T0, [okReading("front", 20, T0 - 1_500), okReading("back", 10, T0 - 1_500)]),
      at: wrong(T0),
    });
    expect(viewOf(HALL, state, wrong(T0 + 1_000)).occupancy.known).toBe(true);
    expect(viewOf(HALL, state, wrong(T0 + 6_000)).occupancy.known).toBe(false);
  });
});

describe("the feed's messages", () => {
  test("that arrive out of order change nothing", () => {
    const late = hear(started, update(T0 + 1_000, [okReading("front", 99, T0 - 9_000)]), T0 + 1_000);
    expect(late.readings.get("front")?.count).toBe(20);
  });

  test("a snapshot forgets zones that it does not name", () => {
    const again = hear(started, snapshot(T0 + 1_000, [okReading("front", 5, T0)]), T0 + 1_000);
    expect(again.readings.has("back")).toBe(false);
    expect(viewOf(HALL, again, at(T0 + 1_000)).occupancy.known).toBe(false);
  });

  test("skipped messages break the count of the last minute", () => {
    const minuteLater = hear(started, update(T0 + 61_000), T0 + 61_000);
    expect(viewOf(HALL, minuteLater, at(T0 + 61_000)).lines[0]?.flow.minute).toEqual({ in: 0, out: 0 });
    const skipped = hear(minuteLater, update(T0 + 62_000, [], { skipped: 3 }), T0 + 62_000);
    expect(viewOf(HALL, skipped, at(T0 + 62_000)).lines[0]?.flow.minute).toBeNull();
  });

  test("crossings count at once", () => {
    const passed = hear(
      started,
      update(T0 + 61_000, [], { crossings: [crossing("gate", "in", T0 + 60_000)] }),
      T0 + 61_000,
    );
    expect(viewOf(HALL, passed, at(T0 + 61_000)).lines[0]?.flow.minute).toEqual({ in: 1, out: 0 });
  });
});
