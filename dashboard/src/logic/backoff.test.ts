import fc from "fast-check";
import { expect, test } from "vitest";
import { backoffMs } from "./backoff";

test("the first retry comes within half a second, and none later than ten", () => {
  expect(backoffMs(0, 0.999)).toBeLessThanOrEqual(500);
  fc.assert(
    fc.property(fc.nat(10_000), fc.double({ min: 0, max: 0.999, noNaN: true }), (attempt, random) => {
      const wait = backoffMs(attempt, random);
      expect(wait).toBeGreaterThanOrEqual(250);
      expect(wait).toBeLessThanOrEqual(10_000);
    }),
  );
});

test("half of the wait is left to chance", () => {
  expect(backoffMs(3, 0)).toBe(2_000);
  expect(backoffMs(3, 0.5)).toBe(3_000);
});
