import { people } from "../logic/format";
import type { Trend } from "../logic/trend";

const ARROWS = {
  rising: "M3 13 13 3M6 3h7v7",
  falling: "M3 3l10 10M13 6v7H6",
  steady: "M2 8h12M10 4l4 4-4 4",
};
const WORDS = { rising: "Rising", falling: "Falling", steady: "Steady" };

/** Where a count is heading: an arrow and a word, or an arrow with the word for screen readers only. */
export function TrendMark({ trend, brief = false }: { trend: Trend; brief?: boolean }) {
  if (trend === null) return null;
  const pace =
    trend.direction === "steady"
      ? ""
      : `, ${trend.perMinute > 0 ? "+" : "−"}${people(Math.abs(trend.perMinute))} a minute`;
  const words = `${WORDS[trend.direction]}${pace}`;
  return (
    <span className={`trend trend-${trend.direction}`} title={brief ? words : undefined}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d={ARROWS[trend.direction]} />
      </svg>
      <span className={brief ? "sr-only" : undefined}>{words}</span>
    </span>
  );
}
