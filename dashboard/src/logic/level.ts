/** How full a place is, in the words the page uses everywhere: each has a colour, a text and a shape. */

export type Level = "calm" | "busy" | "full" | "over" | "unlimited" | "unknown";

export interface Thresholds {
  readonly busy_at: number;
  readonly full_at: number;
}

/** `count` null: unknown. `capacity` null: nobody set a limit, so there is no level to judge. */
export function levelOf(count: number | null, capacity: number | null, at: Thresholds): Level {
  if (count === null) return "unknown";
  if (capacity === null) return "unlimited";
  const share = shareOf(count, capacity);
  if (share > 1) return "over";
  if (share >= at.full_at) return "full";
  return share >= at.busy_at ? "busy" : "calm";
}

/** Whole people by whole people, so that the share agrees with the numbers that stand beside it. */
export function shareOf(count: number, capacity: number): number {
  return Math.round(count) / capacity;
}

export const LEVEL_WORDS: Record<Level, string> = {
  calm: "Calm",
  busy: "Busy",
  full: "Full",
  over: "Over capacity",
  unlimited: "No limit set",
  unknown: "Unknown",
};

const ATTENTION: Record<Level, number> = { over: 0, full: 1, unknown: 2, busy: 3, calm: 4, unlimited: 5 };

/**
 * What needs a look comes first. Equal levels keep the venue file's order, so that rows move only when a state changes,
 * not with every count.
 */
export function byAttention<Item extends { level: Level }>(items: readonly Item[]): Item[] {
  return items
    .map((item, index) => ({ item, index }))
    .sort((a, b) => ATTENTION[a.item.level] - ATTENTION[b.item.level] || a.index - b.index)
    .map(({ item }) => item);
}
