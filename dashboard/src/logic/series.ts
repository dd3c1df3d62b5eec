/**
 * The last quarter of an hour of each zone in buckets of five seconds, from the store and from the live feed alike.
 * A bucket that nobody saw has no count; it is a gap, not a zero.
 */
import type { ReadingHistory, ZoneReading } from "../api/types";
import type { TrendPoint } from "./trend";

export const STEP_S = 5;
const STEP_MS = STEP_S * 1000;
export const SPAN_MS = 15 * 60_000;
/** A bucket is known when at least half of its seconds are: the API's own rule. */
const KNOWN_SHARE = 0.5;
/** Readings arrive up to 2.4 s after their second began; until then a missing one is merely late. */
const LATE_MS = 4_000;

interface Bucket {
  readonly sum: number;
  readonly seconds: number;
  /** Live readings seen so far, by second, so that one sent twice counts once. */
  readonly live: ReadonlySet<number>;
}

/** Zone id, then the bucket's start in milliseconds. */
export type Series = ReadonlyMap<string, ReadonlyMap<number, Bucket>>;

export const NO_SERIES: Series = new Map();

export function bucketStart(atMs: number): number {
  return Math.floor(atMs / STEP_MS) * STEP_MS;
}

export function addReadings(series: Series, readings: readonly ZoneReading[], nowMs: number): Series {
  if (readings.length === 0) return series;
  const next = new Map(series);
  for (const reading of readings) {
    next.set(reading.zone_id, addReading(next.get(reading.zone_id), reading, nowMs));
  }
  return next;
}

function addReading(
  buckets: ReadonlyMap<number, Bucket> | undefined,
  reading: ZoneReading,
  nowMs: number,
): ReadonlyMap<number, Bucket> {
  const count = reading.count ?? null;
  const atMs = Date.parse(reading.captured_at);
  if (reading.state !== "ok" || count === null) return buckets ?? new Map();
  const key = bucketStart(atMs);
  const old = buckets?.get(key);
  if (old?.live.has(atMs)) return buckets ?? new Map();
  const bucket: Bucket = {
    sum: (old?.sum ?? 0) + count,
    seconds: (old?.seconds ?? 0) + 1,
    live: new Set(old?.live).add(atMs),
  };
  return new Map(recent(buckets, nowMs)).set(key, bucket);
}

function recent(buckets: ReadonlyMap<number, Bucket> | undefined, nowMs: number) {
  return [...(buckets ?? [])].filter(([atMs]) => atMs > nowMs - SPAN_MS - 4 * STEP_MS);
}

/** Stored buckets fill what the page did not hear itself; whichever saw more of the bucket's seconds wins. */
export function addHistory(series: Series, history: ReadingHistory): Series {
  const next = new Map(series);
  for (const zone of history.zones) {
    const buckets = new Map(next.get(zone.zone_id));
    for (const point of zone.points) {
      const stored = storedBucket(point, history.step_s);
      const key = bucketStart(Date.parse(point.at));
      if (stored !== null && stored.seconds >= (buckets.get(key)?.seconds ?? 0)) buckets.set(key, stored);
    }
    next.set(zone.zone_id, buckets);
  }
  return next;
}

type HistoryPoint = ReadingHistory["zones"][number]["points"][number];

function storedBucket(point: HistoryPoint, stepS: number): Bucket | null {
  const count = point.count ?? null;
  if (count === null || point.state !== "ok") return null;
  const seconds = Math.min(STEP_S, point.known_share * stepS);
  return { sum: count * seconds, seconds, live: new Set() };
}

/** The starts of the buckets that can be judged at `nowMs`, oldest first: the last one is over, late arrivals included. */
export function bucketTimes(nowMs: number): number[] {
  const end = bucketStart(nowMs - LATE_MS);
  const count = SPAN_MS / STEP_MS;
  return Array.from({ length: count }, (_, index) => end - (count - index) * STEP_MS);
}

/** One zone's counts at `times`; null where unknown. */
export function zoneCounts(series: Series, zoneId: string, times: readonly number[]): (number | null)[] {
  const buckets = series.get(zoneId);
  return times.map((atMs) => {
    const bucket = buckets?.get(atMs);
    if (bucket === undefined || bucket.seconds < KNOWN_SHARE * STEP_S) return null;
    return bucket.sum / bucket.seconds;
  });
}

/** The venue's counts: the zones added up, null wherever any of them is unknown. */
export function totalCounts(
  series: Series,
  zoneIds: readonly string[],
  times: readonly number[],
): (number | null)[] {
  const zones = zoneIds.map((id) => zoneCounts(series, id, times));
  return times.map((_, index) =>
    zones.reduce<number | null>(
      (sum, counts) => {
        const count = counts[index] ?? null;
        return sum === null || count === null ? null : sum + count;
      },
      zones.length > 0 ? 0 : null,
    ),
  );
}

export function points(times: readonly number[], counts: readonly (number | null)[]): TrendPoint[] {
  return times.map((atMs, index) => ({ atMs, count: counts[index] ?? null }));
}

/** Index ranges [first, last] without a count. */
export function unknownSpans(counts: readonly (number | null)[]): [number, number][] {
  const spans: [number, number][] = [];
  counts.forEach((count, index) => {
    if (count !== null) return;
    const last = spans[spans.length - 1];
    if (last !== undefined && last[1] === index - 1) last[1] = index;
    else spans.push([index, index]);
  });
  return spans;
}
