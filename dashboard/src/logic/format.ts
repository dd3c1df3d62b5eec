/** Numbers and times as people read them. */

const WHOLE = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const PERCENT = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 0 });

/** What stands where a number would, when there is none. */
export const DASH = "—";

export function people(count: number | null): string {
  return count === null ? DASH : WHOLE.format(Math.round(count));
}

export function percent(share: number): string {
  return PERCENT.format(share);
}

export function ageText(ageMs: number): string {
  const seconds = Math.max(0, ageMs) / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 100) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 100 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** Local time of the venue, 24 hours, to the second or the minute. */
export function clockTime(atMs: number, timezone: string, precision: "second" | "minute"): string {
  const key = `${timezone} ${precision}`;
  let format = clocks.get(key);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-GB", {
      timeZone: timezone,
      hour: "2-digit",
      minute: "2-digit",
      ...(precision === "second" ? { second: "2-digit" } : {}),
    });
    clocks.set(key, format);
  }
  return format.format(atMs);
}
