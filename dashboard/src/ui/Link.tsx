import type { MouseEvent, ReactNode } from "react";
import { go } from "../routing";

/** A link inside the page: plain clicks stay, every other kind (new tab, middle button) is the browser's. */
export function Link({ to, className, children }: { to: string; className?: string; children: ReactNode }) {
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(to);
  };
  return (
    <a href={to} className={className} onClick={follow}>
      {children}
    </a>
  );
}
