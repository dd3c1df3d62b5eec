import { expect, test } from "vitest";
import { byAttention, levelOf } from "./level";

const at = { busy_at: 0.8, full_at: 0.95 };

test.each([
  [null, 100, "unknown"],
  [0, 100, "calm"],
  [79, 100, "calm"],
  [80, 100, "busy"],
  [95, 100, "full"],
  [100, 100, "full"],
  [100.4, 100, "full"],
  [101, 100, "over"],
  [12, null, "unlimited"],
  [null, null, "unknown"],
])("%s people in a place for %s: %s", (count, capacity, level) => {
  expect(levelOf(count, capacity, at)).toBe(level);
});

test("what needs a look comes first, and equals keep their order", () => {
  const zones = [
    { id: 1, level: "calm" as const },
    { id: 2, level: "unknown" as const },
    { id: 3, level: "calm" as const },
    { id: 4, level: "over" as const },
    { id: 5, level: "busy" as const },
    { id: 6, level: "full" as const },
  ];
  expect(byAttention(zones).map(({ id }) => id)).toEqual([4, 6, 2, 5, 1, 3]);
});
