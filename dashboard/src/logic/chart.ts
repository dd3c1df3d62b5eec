/** What the live chart draws, before anything is drawn. */

export interface ChartSeries {
  readonly id: string;
  readonly name: string;
  readonly capacity: number | null;
  /** One a bucket; null where unknown. */
  readonly counts: readonly (number | null)[];
}

/**
 * The capacity to draw: of the one series that is shown, or of the venue (the first) where others are drawn with it.
 * Several zones alone share no limit.
 */
export function chartCapacity(shown: readonly ChartSeries[], venueId: string): number | null {
  const [first] = shown;
  if (first === undefined) return null;
  return shown.length === 1 || first.id === venueId ? first.capacity : null;
}

/** A capacity this many times above the counts would press them flat on the floor: the scale leaves it out and says so. */
const FLATTENING = 4;

export interface ChartScale {
  readonly top: number;
  readonly capacityShown: boolean;
}

export function chartScale(shown: readonly ChartSeries[], capacity: number | null): ChartScale {
  const peak = shown.reduce((top, { counts }) => Math.max(top, ...counts.map((count) => count ?? 0)), 0);
  const capacityShown = capacity !== null && (peak === 0 || capacity <= peak * FLATTENING);
  const highest = Math.max(peak, capacityShown ? (capacity ?? 0) : 0, 4);
  return { top: highest * 1.12, capacityShown };
}

/** A bucket is unknown in the chart where any of the shown series is. */
export function unknownInAny(shown: readonly ChartSeries[], length: number): (number | null)[] {
  return Array.from({ length }, (_, index) =>
    shown.some(({ counts }) => (counts[index] ?? null) === null) ? null : 0,
  );
}
