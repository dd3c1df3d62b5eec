import type { ReactNode } from "react";
import type { Level } from "../logic/level";

/** One shape a level, so that no state is told by colour alone. */
export const LEVEL_SHAPES: Record<Level, ReactNode> = {
  calm: <circle cx="8" cy="8" r="5.5" />,
  busy: <path d="M8 1.8 15 14.200H1z" />,
  full: <rect x="2" y="2" width="12" height="12" rx="1" />,
  over: <path d="M5 .8h6L15.2 5v6L11 15.200H5L.8 11V5z" />,
  unlimited: <circle cx="8" cy="8" r="4.8" fill="none" stroke="currentColor" strokeWidth="1.8" />,
  unknown: (
    <>
      <path
        d="M8 1 15 8 8 15 1 8z"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.6"
        strokeDasharray="2.6 1.6"
      />
      <path
        d="M6.4 6.600a1.7 1.7 0 1 1 2.4 1.600c-.5.2-.8.5-.8 1.100M8 11.200v.2"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.4"
        strokeLinecap="round"
      />
    </>
  ),
};

export function LevelMark({ level }: { level: Level }) {
  return (
    <svg className={`mark level-${level}`} viewBox="0 0 16 16" fill="currentColor" aria-hidden="true">
      {LEVEL_SHAPES[level]}
    </svg>
  );
}
