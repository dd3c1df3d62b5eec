import { describe, expect, test } from "vitest";
import type { CrossingHistory } from "../api/types";
import { addCrossings, addStored, lineFlow, NO_FLOW } from "./crossings";
import { crossing, iso, T0 } from "./testing";

const HOUR = 3_600_000;
const MINUTE = 60_000;

/** An hour that ends at T0, with one in each minute, of which the first `blindMinutes` were not seen. */
function storedHour(blindMinutes = 0, untilMs = T0): CrossingHistory {
  const points = Array.from({ length: 60 }, (_, minute) => ({
    at: iso(untilMs - HOUR + minute * MINUTE),
    in_count: minute < blindMinutes ? null : 1,
    out_count: minute < blindMinutes ? null : 0,
  }));
  return {
    venue_id: "hall",
    since: iso(untilMs - HOUR),
    until: iso(untilMs),
    step_s: 60,
    lines: [{ line_id: "gate", points }],
  };
}

describe("a counting line", () => {
  test("adds what the feed brings to the stored hour", () => {
    const flow = addCrossings(addStored(NO_FLOW, storedHour()), [crossing("gate", "out", T0 + 500)], T0);
    expect(lineFlow(flow, "gate", T0 + 1_000, T0 - 5_000, true).hour).toEqual({
      in: 60,
      out: 1,
      unknownMinutes: 0,
    });
  });

  test("does not count twice what was heard and is stored as well", () => {
    const heard = addCrossings(NO_FLOW, [crossing("gate", "in", T0 - 500)], T0);
    expect(lineFlow(addStored(heard, storedHour()), "gate", T0, T0 - 5_000, true).hour?.in).toBe(60);
  });

  test("does not count twice what the feed sends twice", () => {
    const stored = addStored(NO_FLOW, storedHour());
    const once = addCrossings(stored, [crossing("gate", "in", T0 + 1)], T0);
    const twice = addCrossings(once, [crossing("gate", "in", T0 + 1)], T0);
    expect(lineFlow(twice, "gate", T0 + 2, T0, true).hour?.in).toBe(61);
  });

  test("says how much of the hour it did not see", () => {
    const flow = addStored(NO_FLOW, storedHour(12));
    expect(lineFlow(flow, "gate", T0, T0, true).hour).toEqual({ in: 48, out: 0, unknownMinutes: 12 });
  });

  test("is unknown, not zero, when none of the hour was seen", () => {
    expect(lineFlow(addStored(NO_FLOW, storedHour(60)), "gate", T0, T0, true).hour).toBeNull();
    expect(lineFlow(NO_FLOW, "gate", T0, T0, true).hour).toBeNull();
  });

  test("is unknown while there is no connection", () => {
    expect(lineFlow(addStored(NO_FLOW, storedHour()), "gate", T0, null, true)).toEqual({
      minute: null,
      hour: null,
    });
  });

  test("counts the last minute from the feed once it has listened for one", () => {
    const crossings = [crossing("gate", "in", T0 - 70_000), crossing("gate", "in", T0 - 9_000)];
    const flow = addCrossings(NO_FLOW, crossings, T0);
    expect(lineFlow(flow, "gate", T0, T0 - 2 * MINUTE, true).minute).toEqual({ in: 1, out: 0 });
  });

  test("shows the newest stored minute until then", () => {
    expect(lineFlow(addStored(NO_FLOW, storedHour()), "gate", T0, T0 - 3_000, true).minute).toEqual({
      in: 1,
      out: 0,
    });
  });

  test("has no last minute while its camera does not see", () => {
    expect(lineFlow(addStored(NO_FLOW, storedHour()), "gate", T0, T0 - HOUR, false).minute).toBeNull();
  });
});
