/** How long to wait before knocking again. */

const FIRST_MS = 500;
/** A steward must not wait longer than this for numbers that are already back. */
const LONGEST_MS = 10_000;

/**
 * Doubling waits with half of each left to chance, so that a stadium's phones do not come back in one wave.
 *
 * @param attempt 0 for the first retry
 * @param random in [0, 1)
 */
export function backoffMs(attempt: number, random: number): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
  return ceiling / 2 + (ceiling / 2) * random;
}
