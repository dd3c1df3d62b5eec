/** Two addresses, `/` and `/venues/{id}`: too few for a routing library. */
import { useSyncExternalStore } from "react";

export type Route = { readonly page: "venues" } | { readonly page: "venue"; readonly id: string };

export function routeOf(path: string): Route {
  const id = /^\/venues\/([^/]+)\/?$/.exec(path)?.[1];
  return id === undefined ? { page: "venues" } : { page: "venue", id: decodeURIComponent(id) };
}

export function venuePath(id: string): string {
  return `/venues/${encodeURIComponent(id)}`;
}

const MOVED = "headroom:moved";

export function go(path: string, how: "push" | "replace" = "push"): void {
  if (how === "push") history.pushState(null, "", path);
  else history.replaceState(null, "", path);
  window.dispatchEvent(new Event(MOVED));
}

function subscribe(listener: () => void): () => void {
  window.addEventListener("popstate", listener);
  window.addEventListener(MOVED, listener);
  return () => {
    window.removeEventListener("popstate", listener);
    window.removeEventListener(MOVED, listener);
  };
}

export function useRoute(): Route {
  return routeOf(useSyncExternalStore(subscribe, () => window.location.pathname));
}
