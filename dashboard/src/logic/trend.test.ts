import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { T0 } from "./testing";
import { trendOf } from "./trend";

const series = (count: (minute: number) => number | null, minutes = 3) =>
  Array.from({ length: minutes * 12 }, (_, index) => ({
    atMs: T0 + (index + 1) * 5_000,
    count: count(((index + 1) * 5) / 60),
  }));
const end = T0 + 180_000;

describe("a trend", () => {
  test("tells people a minute", () => {
    expect(
      trendOf(
        series((minute) => 10 + 4 * minute),
        end,
        100,
      ),
    ).toEqual({
      direction: "rising",
      perMinute: expect.closeTo(4),
    });
    expect(
      trendOf(
        series((minute) => 50 - 6 * minute),
        end,
        100,
      )?.direction,
    ).toBe("falling");
  });

  test("is steady when one person comes and goes", () => {
    expect(
      trendOf(
        series((minute) => 10 + (Math.round(minute) % 2)),
        end,
        100,
      )?.direction,
    ).toBe("steady");
  });

  test("is steady in a big venue at a pace that would matter in a small one", () => {
    const slow = series((minute) => 5_000 + 20 * minute);
    expect(trendOf(slow, end, 20_000)?.direction).toBe("steady");
    expect(trendOf(slow, end, 200)?.direction).toBe("rising");
  });

  test("says nothing before there is a minute of known counts", () => {
    expect(
      trendOf(
        series((minute) => (minute > 2.3 ? 10 : null)),
        end,
        100,
      ),
    ).toBeNull();
    expect(trendOf([], end, 100)).toBeNull();
  });

  test("does not see a gap as people leaving", () => {
    const gap = series((minute) => (minute > 1 && minute < 2 ? null : 30));
    expect(trendOf(gap, end, 100)).toEqual({ direction: "steady", perMinute: expect.closeTo(0) });
  });

  test("forgets what is older than three minutes", () => {
    const jump = series((minute) => (minute < 3 ? 10 : 90), 6);
    expect(trendOf(jump, T0 + 360_000, 100)?.direction).toBe("steady");
  });

  test("is a finite number whatever the counts", () => {
    const counts = fc.array(fc.option(fc.nat(10_000)), { maxLength: 60 });
    fc.assert(
      fc.property(counts, (values) => {
        const trend = trendOf(
          values.map((count, index) => ({ atMs: T0 + index * 5_000, count })),
          end,
          100,
        );
        expect(trend === null || Number.isFinite(trend.perMinute)).toBe(true);
      }),
    );
  });
});
