import type { Level, Thresholds } from "../logic/level";

interface Props {
  /** Null: unknown, drawn hatched and never empty. */
  share: number | null;
  level: Level;
  at: Thresholds;
}

/** How much of a capacity is taken, with ticks where busy and full begin. The numbers beside it say the same. */
export function FullnessBar({ share, level, at }: Props) {
  const width = share === null ? 100 : Math.min(100, share * 100);
  return (
    <div className={`bar level-${level}`} aria-hidden="true">
      <div className={share === null ? "bar-unknown" : "bar-fill"} style={{ width: `${width}%` }} />
      <i style={{ left: `${at.busy_at * 100}%` }} />
      <i style={{ left: `${at.full_at * 100}%` }} />
    </div>
  );
}
