import { expect, test } from "vitest";
import { chartCapacity, chartScale, unknownInAny } from "./chart";

const venue = { id: "*", name: "Whole venue", capacity: 100, counts: [60, null, 62] };
const zone = { id: "a", name: "A", capacity: 20, counts: [5, 6, null] };

test("the capacity drawn is the venue's, or that of a zone shown alone", () => {
  expect(chartCapacity([venue, zone], "*")).toBe(100);
  expect(chartCapacity([zone], "*")).toBe(20);
  expect(chartCapacity([zone, zone], "*")).toBeNull();
  expect(chartCapacity([], "*")).toBeNull();
});

test("the scale holds the capacity unless that would press the counts flat", () => {
  expect(chartScale([venue], 100)).toMatchObject({ capacityShown: true });
  expect(chartScale([venue], 100).top).toBeGreaterThan(100);
  expect(chartScale([zone], 5_000).capacityShown).toBe(false);
  expect(chartScale([{ ...zone, counts: [0, 0] }], 5_000).capacityShown).toBe(true);
});

test("a moment is unknown where any shown series is", () => {
  expect(unknownInAny([venue, zone], 3)).toEqual([0, null, null]);
});
