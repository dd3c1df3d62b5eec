import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ReadingHistory } from "../api/types";
import {
  addHistory,
  addReadings,
  bucketTimes,
  NO_SERIES,
  totalCounts,
  unknownSpans,
  zoneCounts,
} from "./series";
import { blindReading, iso, okReading, T0 } from "./testing";

const live = (zone: string, counts: readonly (number | null)[], fromMs = T0) =>
  counts.map((count, second) =>
    count === null
      ? blindReading(zone, fromMs + second * 1_000)
      : okReading(zone, count, fromMs + second * 1_000),
  );

function history(counts: readonly (number | null)[], knownShare = 1): ReadingHistory {
  const points = counts.map((count, index) => ({
    at: iso(T0 + index * 5_000),
    state: count === null ? ("blind" as const) : ("ok" as const),
    count,
    peak: count,
    count_low: null,
    count_high: null,
    known_share: count === null ? 0 : knownShare,
    floor: null,
  }));
  return {
    venue_id: "hall",
    since: iso(T0),
    until: iso(T0 + counts.length * 5_000),
    step_s: 5,
    zones: [{ zone_id: "front", points }],
  };
}

describe("the last quarter of an hour", () => {
  test("averages five live seconds", () => {
    const series = addReadings(NO_SERIES, live("front", [1, 2, 3, 4, 5]), T0 + 5_000);
    expect(zoneCounts(series, "front", [T0])).toEqual([3]);
  });

  test("counts a reading that was sent twice once", () => {
    const readings = live("front", [0, 0, 9]);
    const series = addReadings(addReadings(NO_SERIES, readings, T0), readings, T0);
    expect(zoneCounts(series, "front", [T0])).toEqual([3]);
  });

  test("has no count where most of a bucket was blind, and none where nobody listened", () => {
    const series = addReadings(NO_SERIES, live("front", [8, 8, null, null, null]), T0 + 5_000);
    expect(zoneCounts(series, "front", [T0, T0 + 5_000])).toEqual([null, null]);
  });

  test("fills what the page did not hear from the store", () => {
    const heard = addReadings(NO_SERIES, live("front", [7, 7, 7, 7, 7], T0 + 5_000), T0 + 10_000);
    const series = addHistory(heard, history([4, null, 6]));
    expect(zoneCounts(series, "front", [T0, T0 + 5_000, T0 + 10_000])).toEqual([4, 7, 6]);
  });

  test("keeps what it heard where the store has seen less of it", () => {
    const heard = addReadings(NO_SERIES, live("front", [7, 7, 7, 7, 7]), T0 + 5_000);
    expect(zoneCounts(addHistory(heard, history([1], 0.6)), "front", [T0])).toEqual([7]);
  });

  test("ends with a bucket that is over, and spans fifteen minutes", () => {
    const times = bucketTimes(T0 + 3_000);
    expect(times).toHaveLength(180);
    expect((times.at(-1) ?? 0) + 5_000).toBeLessThanOrEqual(T0 + 3_000);
  });

  test("does not keep more than its span", () => {
    let series = NO_SERIES;
    for (let s = 0; s < 3_600; s += 5) {
      series = addReadings(series, [okReading("front", 1, T0 + s * 1_000)], T0 + s * 1_000);
    }
    expect(series.get("front")?.size).toBeLessThan(190);
  });

  test("unknown is never zero: the venue's count is there exactly when every zone's is", () => {
    const counts = fc.array(fc.option(fc.nat(50)), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(counts, counts, (front, back) => {
        const readings = [front, back].flatMap((values, zone) =>
          values.flatMap((count, bucket) =>
            live(zone === 0 ? "front" : "back", Array(5).fill(count), T0 + bucket * 5_000),
          ),
        );
        const times = [0, 1, 2, 3].map((bucket) => T0 + bucket * 5_000);
        const series = addReadings(NO_SERIES, readings, T0 + 20_000);
        const expected = front.map((count, index) => {
          const other = back[index] ?? null;
          return count === null || other === null ? null : count + other;
        });
        expect(totalCounts(series, ["front", "back"], times)).toEqual(expected);
      }),
    );
  });

  test("of no zones at all is unknown", () => {
    expect(totalCounts(NO_SERIES, [], [T0])).toEqual([null]);
  });
});

test("unknown spans are found, at the ends as well", () => {
  expect(unknownSpans([null, 1, null, null, 0, null])).toEqual([
    [0, 0],
    [2, 3],
    [5, 5],
  ]);
});
