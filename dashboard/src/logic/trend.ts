/** Whether a count is rising, falling or steady over the last minutes. */

export interface TrendPoint {
  readonly atMs: number;
  readonly count: number | null;
}

export type Direction = "rising" | "falling" | "steady";
export type Trend = { readonly direction: Direction; readonly perMinute: number } | null;

export const TREND_WINDOW_MS = 3 * 60_000;
/** Below this the slope is one person walking past. */
const LEAST_KNOWN_MS = 60_000;
/** Slower than this share of the capacity a minute, or than one person a minute, is called steady. */
const STEADY_SHARE = 0.005;

/**
 * Slope of the least-squares line through the known points of the last three minutes, in people a minute.
 * Null (say nothing) unless the known points span a minute and are at least half of the window's points.
 */
export function trendOf(points: readonly TrendPoint[], nowMs: number, capacity: number | null): Trend {
  const recent = points.filter((point) => point.atMs > nowMs - TREND_WINDOW_MS && point.atMs <= nowMs);
  const known = recent.flatMap(({ atMs, count }) => (count === null ? [] : [{ x: atMs / 60_000, y: count }]));
  const first = known[0];
  const last = known[known.length - 1];
  if (first === undefined || last === undefined || known.length * 2 < recent.length) return null;
  if ((last.x - first.x) * 60_000 < LEAST_KNOWN_MS) return null;
  const perMinute = slope(known);
  const steady = Math.max(1, STEADY_SHARE * (capacity ?? 0));
  const direction = Math.abs(perMinute) < steady ? "steady" : perMinute > 0 ? "rising" : "falling";
  return { direction, perMinute };
}

function slope(points: readonly { x: number; y: number }[]): number {
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / points.length;
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / points.length;
  const covariance = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0);
  const variance = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  return variance === 0 ? 0 : covariance / variance;
}
