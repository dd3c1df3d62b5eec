import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Measure } from "./measure";
import { headroom, venueOccupancy, type ZonePart } from "./occupancy";
import { anyMeasure, T0 } from "./testing";

const zone = (id: string, primary = true): ZonePart => ({ id, name: id, primary });
const known = (count: number, low: number | null = null, high: number | null = null): Measure => ({
  known: true,
  count,
  low,
  high,
  atMs: T0,
});
const unknown: Measure = {
  known: false,
  state: "blind",
  why: "no frames",
  lastKnown: { count: 9, atMs: T0 },
};

describe("a venue's occupancy", () => {
  test("is the sum of its primary zones; a zone inside another is not counted twice", () => {
    const zones = [zone("a"), zone("b"), zone("inside", false)];
    const measures = new Map([
      ["a", known(10)],
      ["b", known(5)],
      ["inside", known(3)],
    ]);
    expect(venueOccupancy(zones, measures)).toEqual({ known: true, people: 15, low: null, high: null });
  });

  test("is unknown as soon as one primary zone is, with what is seen as a lower bound and the zone named", () => {
    const measures = new Map([
      ["a", known(10)],
      ["b", unknown],
    ]);
    expect(venueOccupancy([zone("a"), zone("b")], measures)).toEqual({
      known: false,
      atLeast: 10,
      unknownZones: [zone("b")],
    });
  });

  test("has no lower bound, not even zero, when nothing is seen", () => {
    expect(venueOccupancy([zone("a")], new Map([["a", unknown]]))).toMatchObject({
      known: false,
      atLeast: null,
    });
  });

  test("is known while only a zone that is not primary is blind", () => {
    const measures = new Map([
      ["a", known(4)],
      ["inside", unknown],
    ]);
    expect(venueOccupancy([zone("a"), zone("inside", false)], measures)).toMatchObject({
      known: true,
      people: 4,
    });
  });

  test("has an interval only when every zone has one", () => {
    const zones = [zone("a"), zone("b")];
    const both = new Map([
      ["a", known(10, 9, 12)],
      ["b", known(5, 4, 6)],
    ]);
    expect(venueOccupancy(zones, both)).toMatchObject({ low: 13, high: 18 });
    expect(venueOccupancy(zones, new Map([...both, ["b", known(5)]]))).toMatchObject({
      low: null,
      high: null,
    });
  });

  test("of a venue without primary zones is unknown, not empty", () => {
    expect(venueOccupancy([zone("inside", false)], new Map([["inside", known(1)]])).known).toBe(false);
  });

  test("unknown is never zero: it is a number exactly when every primary zone is", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyMeasure, fc.boolean()), { maxLength: 12 }), (parts) => {
        const zones = parts.map(([, primary], index) => zone(String(index), primary));
        const measures = new Map(parts.map(([measure], index) => [String(index), measure]));
        const primary = parts.filter(([, isPrimary]) => isPrimary).map(([measure]) => measure);
        const occupancy = venueOccupancy(zones, measures);
        expect(occupancy.known).toBe(primary.length > 0 && primary.every((measure) => measure.known));
        if (!occupancy.known) expect("people" in occupancy).toBe(false);
      }),
    );
  });
});

test("headroom is in whole people and goes below zero when the venue is over its capacity", () => {
  expect(headroom(100, 41.4)).toBe(59);
  expect(headroom(100, 103)).toBe(-3);
});
