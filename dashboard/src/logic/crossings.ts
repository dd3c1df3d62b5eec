/** How many people passed each counting line: the stored hour, and what the live feed has added since. */
import type { CrossingHistory, LineCrossing } from "../api/types";

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

interface Passing {
  readonly id: string;
  readonly lineId: string;
  readonly direction: "in" | "out";
  readonly atMs: number;
}

interface StoredBucket {
  readonly startMs: number;
  readonly endMs: number;
  /** Null where the line's camera did not see: unknown is never zero. */
  readonly passed: InOut | null;
}

export interface InOut {
  readonly in: number;
  readonly out: number;
}

export interface Flow {
  readonly stored: ReadonlyMap<string, readonly StoredBucket[]>;
  /** Crossings before this moment are in `stored`; null before the first answer. */
  readonly storedUntilMs: number | null;
  readonly passings: readonly Passing[];
}

export const NO_FLOW: Flow = { stored: new Map(), storedUntilMs: null, passings: [] };

export function addCrossings(flow: Flow, crossings: readonly LineCrossing[], nowMs: number): Flow {
  if (crossings.length === 0) return flow;
  const seen = new Set(flow.passings.map(({ id }) => id));
  const fresh = crossings
    .filter((crossing) => !seen.has(crossing.crossing_id))
    .map((crossing) => ({
      id: crossing.crossing_id,
      lineId: crossing.line_id,
      direction: crossing.direction,
      atMs: Date.parse(crossing.captured_at),
    }));
  const kept = flow.passings.filter(({ atMs }) => atMs > nowMs - HOUR_MS);
  return { ...flow, passings: [...kept, ...fresh] };
}

export function addStored(flow: Flow, history: CrossingHistory): Flow {
  const stepMs = history.step_s * 1000;
  const untilMs = Date.parse(history.until);
  const stored = new Map(
    history.lines.map((line) => [
      line.line_id,
      line.points.map((point) => {
        const startMs = Date.parse(point.at);
        return { startMs, endMs: Math.min(startMs + stepMs, untilMs), passed: inOut(point) };
      }),
    ]),
  );
  const keepFrom = Math.min(untilMs, Date.parse(history.since) + HOUR_MS) - 2 * MINUTE_MS;
  return {
    stored,
    storedUntilMs: untilMs,
    passings: flow.passings.filter(({ atMs }) => atMs > keepFrom),
  };
}

function inOut(point: { in_count?: number | null; out_count?: number | null }): InOut | null {
  const [into, out] = [point.in_count ?? null, point.out_count ?? null];
  return into === null || out === null ? null : { in: into, out };
}

export interface LineFlow {
  /** People during the last minute; null while it is not known. */
  readonly minute: InOut | null;
  /** People during the last hour, of which `unknownMinutes` were not seen; null when none of it was. */
  readonly hour: (InOut & { readonly unknownMinutes: number }) | null;
}

/**
 * @param liveSinceMs since when every crossing has been heard without a break; null: not connected
 * @param sees whether the line's camera sees now
 */
export function lineFlow(
  flow: Flow,
  lineId: string,
  nowMs: number,
  liveSinceMs: number | null,
  sees: boolean,
): LineFlow {
  return {
    minute: sees ? lastMinute(flow, lineId, nowMs, liveSinceMs) : null,
    hour: liveSinceMs === null ? null : lastHour(flow, lineId, nowMs),
  };
}

function count(passings: readonly Passing[]): InOut {
  const into = passings.filter(({ direction }) => direction === "in").length;
  return { in: into, out: passings.length - into };
}

function lastMinute(flow: Flow, lineId: string, nowMs: number, liveSinceMs: number | null): InOut | null {
  if (liveSinceMs === null) return null;
  if (liveSinceMs > nowMs - MINUTE_MS) return newestStoredMinute(flow, lineId, nowMs);
  return count(flow.passings.filter((p) => p.lineId === lineId && p.atMs > nowMs - MINUTE_MS));
}

/** What stands in until the page has listened for a minute: the newest stored minute, if it is of just now. */
function newestStoredMinute(flow: Flow, lineId: string, nowMs: number): InOut | null {
  const whole = flow.stored.get(lineId)?.filter(({ startMs, endMs }) => endMs - startMs >= MINUTE_MS);
  const newest = whole?.[whole.length - 1];
  if (newest === undefined || newest.endMs < nowMs - 2 * MINUTE_MS) return null;
  return newest.passed;
}

function lastHour(flow: Flow, lineId: string, nowMs: number): LineFlow["hour"] {
  const buckets = (flow.stored.get(lineId) ?? []).filter(
    ({ startMs }) => startMs >= nowMs - HOUR_MS - MINUTE_MS,
  );
  const known = buckets.flatMap(({ passed }) => (passed === null ? [] : [passed]));
  const untilMs = flow.storedUntilMs;
  const since = count(
    flow.passings.filter((p) => p.lineId === lineId && (untilMs === null || p.atMs >= untilMs)),
  );
  if (untilMs === null || (known.length === 0 && since.in + since.out === 0)) return null;
  const unseenMs = buckets
    .filter(({ passed }) => passed === null)
    .reduce((sum, { startMs, endMs }) => sum + Math.max(0, endMs - startMs), 0);
  return {
    in: known.reduce((sum, bucket) => sum + bucket.in, since.in),
    out: known.reduce((sum, bucket) => sum + bucket.out, since.out),
    unknownMinutes: Math.round(unseenMs / MINUTE_MS),
  };
}
