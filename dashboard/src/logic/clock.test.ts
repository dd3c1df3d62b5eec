import { describe, expect, test } from "vitest";
import { type Instant, NO_CLOCK, observe, serverNow } from "./clock";
import { T0 } from "./testing";

/** A device whose clock is `wrongMs` ahead of the server's. */
const local = (serverMs: number, wrongMs = 0): Instant => ({
  wallMs: serverMs + wrongMs,
  monotonicMs: serverMs - T0,
});

describe("the server's time", () => {
  test("is the device's own before the first message", () => {
    expect(serverNow(NO_CLOCK, local(T0))).toBe(T0);
  });

  test("is known on a device whose clock is ten minutes wrong", () => {
    const clock = observe(NO_CLOCK, T0, local(T0, 600_000));
    expect(serverNow(clock, local(T0 + 3_000, 600_000))).toBe(T0 + 3_000);
  });

  test("is not set back by a message that was held up on the way", () => {
    const clock = observe(NO_CLOCK, T0, local(T0 + 20));
    const later = observe(clock, T0 + 1_000, local(T0 + 9_000));
    expect(serverNow(later, local(T0 + 9_000))).toBe(T0 + 9_000 - 20);
  });

  test("goes on through a sleep that stops the monotonic clock", () => {
    const clock = observe(NO_CLOCK, T0, local(T0));
    const awake = { wallMs: T0 + 60_000, monotonicMs: 100 };
    expect(serverNow(clock, awake)).toBe(T0 + 60_000);
  });

  test("goes on when the device's clock is set back", () => {
    const clock = observe(NO_CLOCK, T0, local(T0));
    expect(serverNow(clock, { wallMs: T0 - 3_600_000, monotonicMs: 5_000 })).toBe(T0 + 5_000);
  });

  test("is learnt anew from the first message after the device's clock was set forward", () => {
    const clock = observe(NO_CLOCK, T0, local(T0, -600_000));
    const set = observe(clock, T0 + 1_000, local(T0 + 1_000));
    expect(serverNow(set, local(T0 + 2_000))).toBe(T0 + 2_000);
  });

  test("follows a slow drift within five minutes", () => {
    let clock = NO_CLOCK;
    for (let s = 0; s <= 600; s += 1) clock = observe(clock, T0 + s * 1_000, local(T0 + s * 1_000, s));
    const error = serverNow(clock, local(T0 + 600_000, 600)) - (T0 + 600_000);
    expect(Math.abs(error)).toBeLessThan(400);
  });
});
