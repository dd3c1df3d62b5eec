/** When a number that was true stops being known: the twin of `domain/staleness.py`. */
import type { CameraHealth, State, ZoneReading } from "../api/types";
import type { LastKnown, Measure, UnknownState } from "./measure";

/** A reading is named by the start of its second, so the newest is 1 to 2.4 s old: at 4 s two are missing. */
export const STALE_AFTER_MS = 4_000;
/** Nobody should act on a number ten seconds old: a crowd moves more than ten metres in that time. */
export const BLIND_AFTER_MS = 10_000;

export function stateByAge(capturedAtMs: number, nowMs: number): "ok" | "stale" | "blind" {
  const ageMs = nowMs - capturedAtMs;
  if (ageMs <= STALE_AFTER_MS) return "ok";
  return ageMs <= BLIND_AFTER_MS ? "stale" : "blind";
}

const REASONS: Record<UnknownState, string> = {
  stale: "its newest picture is old",
  blind: "its camera cannot see",
  uncalibrated: "its camera has moved or was never set up",
  missing: "no reading yet",
};

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}

/** The reading as it may be shown at `nowMs` (server time): one that is too old loses its count, never its place. */
export function agedReading(
  reading: ZoneReading | undefined,
  lastKnown: LastKnown | null,
  nowMs: number,
): Measure {
  if (reading === undefined) return { known: false, state: "missing", why: REASONS.missing, lastKnown };
  const atMs = Date.parse(reading.captured_at);
  const byAge = stateByAge(atMs, nowMs);
  if (reading.state !== "ok") {
    const state = byAge === "blind" ? "blind" : reading.state;
    return { known: false, state, why: reading.reason ?? REASONS[reading.state], lastKnown };
  }
  if (byAge !== "ok")
    return { known: false, state: byAge, why: `no reading for ${seconds(nowMs - atMs)}`, lastKnown };
  return knownReading(reading, atMs);
}

function knownReading(reading: ZoneReading, atMs: number): Measure {
  const count = reading.count ?? null;
  // The API never sends this; a count that is not there must not become 0 on the way to the screen.
  if (count === null) return { known: false, state: "missing", why: REASONS.missing, lastKnown: null };
  return { known: true, count, low: reading.count_low ?? null, high: reading.count_high ?? null, atMs };
}

export interface AgedHealth {
  readonly state: State | "missing";
  readonly why: string | null;
}

/** The camera's state as it may be shown at `nowMs`, when its worker was last heard at `heardAtMs`. */
export function agedHealth(
  health: CameraHealth | undefined,
  heardAtMs: number | undefined,
  nowMs: number,
): AgedHealth {
  if (health === undefined || heardAtMs === undefined) return { state: "missing", why: "not heard from yet" };
  const byAge = stateByAge(heardAtMs, nowMs);
  if (byAge === "ok" || health.state === "blind") return { state: health.state, why: health.reason ?? null };
  return { state: byAge, why: `nothing heard for ${seconds(nowMs - heardAtMs)}` };
}
