/** How many people the venue holds: its primary zones together, or unknown if any of them is. */
import type { Measure } from "./measure";

export interface ZonePart {
  readonly id: string;
  readonly name: string;
  readonly primary: boolean;
}

export interface KnownOccupancy {
  readonly known: true;
  readonly people: number;
  /**
   * Sum of the zones' interval ends, both null unless every zone has an interval. Adding ends is wider than the
   * statistical sum on purpose: zones of one camera are wrong together.
   */
  readonly low: number | null;
  readonly high: number | null;
}

export interface UnknownOccupancy {
  readonly known: false;
  /** People in the primary zones that are known; null when none is. Never to be shown as a total. */
  readonly atLeast: number | null;
  readonly unknownZones: readonly ZonePart[];
}

export type Occupancy = KnownOccupancy | UnknownOccupancy;

export function venueOccupancy(
  zones: readonly ZonePart[],
  measures: ReadonlyMap<string, Measure>,
): Occupancy {
  const primary = zones.filter((zone) => zone.primary);
  const known = primary.flatMap((zone) => {
    const measure = measures.get(zone.id);
    return measure?.known ? [measure] : [];
  });
  const people = known.reduce((sum, measure) => sum + measure.count, 0);
  if (known.length < primary.length || primary.length === 0) {
    const unknownZones = primary.filter((zone) => measures.get(zone.id)?.known !== true);
    return { known: false, atLeast: known.length > 0 ? people : null, unknownZones };
  }
  return { known: true, people, low: sumOrNull(known, "low"), high: sumOrNull(known, "high") };
}

function sumOrNull(parts: readonly { low: number | null; high: number | null }[], end: "low" | "high") {
  return parts.reduce<number | null>((sum, part) => {
    const value = part[end];
    return sum === null || value === null ? null : sum + value;
  }, 0);
}

/** Licensed capacity minus people, whole people; negative when the venue is over its capacity. */
export function headroom(capacity: number, people: number): number {
  return capacity - Math.round(people);
}
