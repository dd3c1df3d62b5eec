import { useEffect, useState, useSyncExternalStore } from "react";
import type { Venue } from "../api/types";
import type { FeedStatus } from "../live/state";
import { browserFeedEnvironment, instant, VenueStore } from "../live/venueStore";
import { type VenueView, viewOf } from "../live/view";
import { useServices } from "../services";

/** Ages on the screen are given in tenths of a second up to ten seconds; twice a second is as often as an eye follows. */
const REDRAW_MS = 500;

export interface LiveVenueNow {
  readonly view: VenueView;
  readonly status: FeedStatus;
}

/** The venue as it may be shown now: worked out again with each message, and twice a second as numbers age. */
export function useLiveVenue(venue: Venue): LiveVenueNow {
  const { client, session } = useServices();
  const [store] = useState(() => new VenueStore(venue.id, client, session, browserFeedEnvironment()));
  useEffect(() => {
    store.start();
    return () => store.stop();
  }, [store]);
  useEffect(() => onWake(store.wake), [store]);
  const state = useSyncExternalStore(store.subscribe, store.current);
  useRedraw(REDRAW_MS);
  return { view: viewOf(venue, state, instant()), status: state.status };
}

function onWake(wake: () => void): () => void {
  const visible = () => document.visibilityState === "visible" && wake();
  window.addEventListener("online", wake);
  window.addEventListener("pageshow", wake);
  document.addEventListener("visibilitychange", visible);
  return () => {
    window.removeEventListener("online", wake);
    window.removeEventListener("pageshow", wake);
    document.removeEventListener("visibilitychange", visible);
  };
}

function useRedraw(everyMs: number): void {
  const [, redraw] = useState(0);
  useEffect(() => {
    const timer = window.setInterval(() => redraw((count) => count + 1), everyMs);
    return () => window.clearInterval(timer);
  }, [everyMs]);
}
