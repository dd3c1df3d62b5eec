import type { Venue } from "../api/types";
import type { VenueView } from "../live/view";
import { people } from "../logic/format";
import { headroom } from "../logic/occupancy";

/** The browser tab's text: readable while another tab is in front. */
export function pageTitle(venue: Venue, { occupancy }: VenueView): string {
  if (!occupancy.known) return `Unknown · ${venue.name}`;
  const left = headroom(venue.capacity, occupancy.people);
  return left < 0 ? `OVER by ${people(-left)} · ${venue.name}` : `${people(left)} left · ${venue.name}`;
}
