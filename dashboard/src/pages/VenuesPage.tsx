import { useEffect } from "react";
import type { VenueSummary } from "../api/types";
import { people } from "../logic/format";
import { go, venuePath } from "../routing";
import { useServices } from "../services";
import { Link } from "../ui/Link";
import { useLoaded } from "../ui/useLoaded";
import { Waiting } from "../ui/Waiting";
import { PlainPage } from "./PlainPage";

export function VenuesPage() {
  const { client } = useServices();
  const venues = useLoaded(client.venues);
  const only = venues.phase === "ready" && venues.value.length === 1 ? venues.value[0] : undefined;
  useEffect(() => {
    if (only !== undefined) go(venuePath(only.id), "replace");
  }, [only]);

  if (venues.phase === "loading" || only !== undefined)
    return <Waiting tries={venues.phase === "loading" ? venues.tries : 0} />;
  const list = venues.phase === "ready" ? venues.value : [];
  return (
    <PlainPage title="Your venues">
      {list.length === 0 ? <NoVenues /> : <VenueList venues={list} />}
    </PlainPage>
  );
}

function NoVenues() {
  return (
    <p>
      You are signed in, but no venue has been shared with you yet. Ask the person who runs Headroom at your
      venue.
    </p>
  );
}

function VenueList({ venues }: { venues: readonly VenueSummary[] }) {
  return (
    <ul className="venue-list">
      {venues.map((venue) => (
        <li key={venue.id}>
          <Link to={venuePath(venue.id)} className="card">
            <strong>{venue.name}</strong>
            <span className="muted">
              Capacity {people(venue.capacity)} · you are {venue.role}
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
