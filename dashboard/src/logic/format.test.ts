import { expect, test } from "vitest";
import { ageText, clockTime, people } from "./format";

test("people are whole, and nobody known is a dash, not a zero", () => {
  expect(people(12_400.4)).toBe("12,400");
  expect(people(0)).toBe("0");
  expect(people(null)).toBe("—");
});

test("ages are read at a glance", () => {
  expect(ageText(420)).toBe("0.4 s");
  expect(ageText(-80)).toBe("0.0 s");
  expect(ageText(42_000)).toBe("42 s");
  expect(ageText(600_000)).toBe("10 min");
  expect(ageText(3 * 3_600_000)).toBe("3 h");
});

test("times are the venue's own, summer time included", () => {
  expect(clockTime(Date.parse("2026-07-01T18:00:05Z"), "Europe/London", "second")).toBe("19:00:05");
  expect(clockTime(Date.parse("2026-07-01T18:00:05Z"), "America/New_York", "minute")).toBe("14:00");
});
