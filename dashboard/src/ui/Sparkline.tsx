import { memo } from "react";

const WIDTH = 72;
const HEIGHT = 24;

/** The last quarter of an hour at a glance; a break in the line is time that is not known. */
export const Sparkline = memo(function Sparkline({ counts }: { counts: readonly (number | null)[] }) {
  return (
    <svg
      className="sparkline"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <path d={sparkPath(counts)} vectorEffect="non-scaling-stroke" />
    </svg>
  );
});

function sparkPath(counts: readonly (number | null)[]): string {
  const top = Math.max(1, ...counts.map((count) => count ?? 0));
  let pen = "M";
  return counts
    .map((count, index) => {
      if (count === null) {
        pen = "M";
        return "";
      }
      const x = (index / Math.max(1, counts.length - 1)) * WIDTH;
      const y = HEIGHT - 1.5 - (count / top) * (HEIGHT - 3);
      const step = `${pen}${x.toFixed(1)} ${y.toFixed(1)}`;
      pen = "L";
      return step;
    })
    .join("");
}
