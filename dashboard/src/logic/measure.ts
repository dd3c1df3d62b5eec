/**
 * A number that may be unknown. Unknown is never zero: an unknown measure has no `count` to read,
 * so no sum, bar or chart can mistake it for an empty zone.
 */

export type UnknownState = "stale" | "blind" | "uncalibrated" | "missing";

export interface Known {
  readonly known: true;
  readonly count: number;
  /** The 90 % interval; both null where none was measured. */
  readonly low: number | null;
  readonly high: number | null;
  readonly atMs: number;
}

export interface Unknown {
  readonly known: false;
  readonly state: UnknownState;
  /** Why, in words a steward understands. */
  readonly why: string;
  readonly lastKnown: LastKnown | null;
}

/** The newest count that was believed, only ever shown together with its time. */
export interface LastKnown {
  readonly count: number;
  readonly atMs: number;
}

export type Measure = Known | Unknown;
