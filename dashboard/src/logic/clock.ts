/**
 * The server's time, as well as this device can know it. Phones' clocks are wrong by minutes, and a laptop's
 * monotonic clock stops while it sleeps; ages of readings must survive both.
 */

export interface Instant {
  /** `Date.now()`: keeps running through sleep, jumps when the clock is set. */
  readonly wallMs: number;
  /** `performance.now()`: never jumps, may stop while the machine sleeps. */
  readonly monotonicMs: number;
}

interface Observation {
  readonly wallMs: number;
  readonly offsetMs: number;
}

export interface ServerClock {
  readonly observations: readonly Observation[];
  readonly last: Instant | null;
}

export const NO_CLOCK: ServerClock = { observations: [], last: null };

/** Long enough to hold one message that came without delay; short enough to follow a drifting clock. */
const WINDOW_MS = 5 * 60_000;
/** The two local clocks disagree by this much only when one was set, or the machine slept. */
const JUMP_MS = 2_000;

/**
 * The message that travelled fastest shows the truest offset: the greatest of the window. A message held up in a
 * tunnel therefore looks as old as it is, instead of moving the clock back.
 */
export function observe(clock: ServerClock, sentAtMs: number, now: Instant): ServerClock {
  const offsetMs = sentAtMs - now.wallMs;
  const kept = jumped(clock.last, now)
    ? []
    : clock.observations.filter((seen) => now.wallMs - seen.wallMs <= WINDOW_MS && seen.offsetMs > offsetMs);
  return { observations: [...kept, { wallMs: now.wallMs, offsetMs }], last: now };
}

function jumped(last: Instant | null, now: Instant): boolean {
  if (last === null) return false;
  return Math.abs(now.wallMs - last.wallMs - (now.monotonicMs - last.monotonicMs)) > JUMP_MS;
}

/**
 * Server time at `now`. Between messages, time passes by whichever local clock moved further: if they disagree,
 * numbers grow old too soon rather than too late. Before the first message, the device's own clock is all there is.
 */
export function serverNow(clock: ServerClock, now: Instant): number {
  const best = clock.observations[0];
  if (best === undefined || clock.last === null) return now.wallMs;
  const elapsed = Math.max(now.wallMs - clock.last.wallMs, now.monotonicMs - clock.last.monotonicMs);
  return clock.last.wallMs + best.offsetMs + elapsed;
}
