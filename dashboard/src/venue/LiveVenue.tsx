import { useEffect } from "react";
import type { Venue } from "../api/types";
import { useServices } from "../services";
import { Account } from "../ui/Account";
import { Announcer } from "./Announcer";
import { CameraHealthPanel } from "./CameraHealthPanel";
import { CameraPanel } from "./CameraPanel";
import { ChartPanel } from "./ChartPanel";
import { ConnectionBanner } from "./ConnectionBanner";
import { Headroom } from "./Headroom";
import { LinesPanel } from "./LinesPanel";
import { pageTitle } from "./pageTitle";
import { useLiveVenue } from "./useLiveVenue";
import { VenueHeader } from "./VenueHeader";
import { ZonesPanel } from "./ZonesPanel";

export function LiveVenue({ venue, onGone }: { venue: Venue; onGone: () => void }) {
  const { session } = useServices();
  const { view, status } = useLiveVenue(venue);
  useEffect(() => {
    if (status === "gone") onGone();
    if (status === "signed-out") void session.signOut();
  }, [status, onGone, session]);
  return (
    <>
      <title>{pageTitle(venue, view)}</title>
      <VenueHeader venue={venue} view={view} />
      <ConnectionBanner view={view} />
      <main className="venue">
        <div className="numbers">
          <Headroom venue={venue} view={view} />
          <ZonesPanel venue={venue} view={view} />
        </div>
        <CameraPanel venue={venue} view={view} />
        <ChartPanel venue={venue} view={view} />
        <div className="details">
          {venue.lines.length > 0 && <LinesPanel view={view} />}
          <CameraHealthPanel view={view} />
        </div>
      </main>
      <footer className="foot">
        <Account />
      </footer>
      <Announcer venue={venue} view={view} />
    </>
  );
}
