import { useCallback, useEffect } from "react";
import { go } from "../routing";
import { useServices } from "../services";
import { Link } from "../ui/Link";
import { useLoaded } from "../ui/useLoaded";
import { Waiting } from "../ui/Waiting";
import { LiveVenue } from "../venue/LiveVenue";
import { PlainPage } from "./PlainPage";

export function VenuePage({ venueId }: { venueId: string }) {
  const { client } = useServices();
  const load = useCallback((signal: AbortSignal) => client.venue(venueId, signal), [client, venueId]);
  const venue = useLoaded(load);
  useEffect(() => window.scrollTo(0, 0), []);
  if (venue.phase === "loading") return <Waiting tries={venue.tries} />;
  if (venue.phase === "not-found") return <NoSuchVenue />;
  return <LiveVenue venue={venue.value} onGone={() => go("/", "replace")} />;
}

function NoSuchVenue() {
  return (
    <PlainPage title="No such venue">
      <p>This venue does not exist, or has not been shared with you.</p>
      <p>
        <Link to="/">Go to your venues</Link>
      </p>
    </PlainPage>
  );
}
