import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { agedHealth, agedReading, BLIND_AFTER_MS, STALE_AFTER_MS, stateByAge } from "./ageing";
import { blindReading, okHealth, okReading, T0 } from "./testing";

describe("a reading grows old", () => {
  test("it is believed up to 4 s, stale up to 10 s, blind after", () => {
    expect(stateByAge(T0, T0 + STALE_AFTER_MS)).toBe("ok");
    expect(stateByAge(T0, T0 + STALE_AFTER_MS + 1)).toBe("stale");
    expect(stateByAge(T0, T0 + BLIND_AFTER_MS)).toBe("stale");
    expect(stateByAge(T0, T0 + BLIND_AFTER_MS + 1)).toBe("blind");
  });

  test("an old one has no count, says how old it is, and keeps what was last known", () => {
    const last = { count: 12, atMs: T0 };
    const aged = agedReading(okReading("front", 12, T0), last, T0 + 7_000);
    expect(aged).toEqual({ known: false, state: "stale", why: "no reading for 7 s", lastKnown: last });
  });

  test("a fresh count of zero is known: an empty zone is not an unknown one", () => {
    expect(agedReading(okReading("front", 0, T0), null, T0 + 1_000)).toMatchObject({ known: true, count: 0 });
  });

  test("a zone that never spoke is unknown", () => {
    expect(agedReading(undefined, null, T0)).toMatchObject({ known: false, state: "missing" });
  });

  test("a blind reading gives the camera's own reason", () => {
    expect(agedReading(blindReading("front", T0), null, T0)).toMatchObject({
      known: false,
      state: "blind",
      why: "no frames for 12 s",
    });
  });

  test("an ok reading without a count is not taken for zero", () => {
    expect(agedReading({ ...okReading("front", 3, T0), count: null }, null, T0).known).toBe(false);
  });

  test("unknown is never zero: whatever its age and state, a measure has a count only when fresh and ok", () => {
    fc.assert(
      fc.property(fc.nat(20_000), fc.boolean(), fc.nat(500), (ageMs, sees, count) => {
        const reading = sees ? okReading("front", count, T0) : blindReading("front", T0);
        const measure = agedReading(reading, null, T0 + ageMs);
        expect(measure.known).toBe(sees && ageMs <= STALE_AFTER_MS);
        expect("count" in measure).toBe(measure.known);
      }),
    );
  });
});

describe("a camera's health grows old", () => {
  test("a silent worker's camera is stale, then blind", () => {
    const health = okHealth("door", T0);
    expect(agedHealth(health, T0, T0 + 1_000)).toEqual({ state: "ok", why: null });
    expect(agedHealth(health, T0, T0 + 6_000)).toEqual({ state: "stale", why: "nothing heard for 6 s" });
    expect(agedHealth(health, T0, T0 + 11_000).state).toBe("blind");
  });

  test("a camera that was never heard from is not ok", () => {
    expect(agedHealth(undefined, undefined, T0).state).toBe("missing");
  });
});
