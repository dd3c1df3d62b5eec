import { type RefObject, useEffect, useRef, useState } from "react";

/** An element's width in CSS pixels, 0 until it is laid out. */
export function useWidth<Item extends HTMLElement>(): [RefObject<Item | null>, number] {
  const element = useRef<Item>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (element.current === null) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.round(entry?.contentRect.width ?? 0)));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return [element, width];
}
