import type { AgedHealth } from "../logic/ageing";

/** A camera's state as a shape: an open eye, a clock, a struck-out eye, a question. */
const SHAPES: Record<AgedHealth["state"], string> = {
  ok: "M1 8s2.5-4.5 7-4.500S15 8 15 8s-2.5 4.5-7 4.500S1 8 1 8zM8 6a2 2 0 1 0 0 4 2 2 0 0 0 0-4z",
  stale: "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM8 4.500V8l2.5 2",
  blind: "M1 8s2.5-4.5 7-4.500S15 8 15 8s-2.5 4.5-7 4.500S1 8 1 8zM2 14 14 2",
  uncalibrated: "M8 1.5v3M8 11.500v3M1.5 8h3M11.5 8h3M8 5.500a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z",
  missing: "M5.5 6a2.5 2.5 0 1 1 3.7 2.200c-.8.5-1.2.9-1.2 1.800M8 12.700v.1",
};

export function StateMark({ state }: { state: AgedHealth["state"] }) {
  return (
    <svg className={`mark state-${state}`} viewBox="0 0 16 16" aria-hidden="true">
      <path d={SHAPES[state]} fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" />
    </svg>
  );
}
