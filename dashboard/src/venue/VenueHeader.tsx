import type { Venue } from "../api/types";
import type { Connection, VenueView } from "../live/view";
import { clockTime } from "../logic/format";
import { Account } from "../ui/Account";
import { Link } from "../ui/Link";
import { Logo } from "../ui/Logo";

const WORDS: Record<Connection, string> = { live: "Live", connecting: "Connecting", lost: "Disconnected" };

export function VenueHeader({ venue, view }: { venue: Venue; view: VenueView }) {
  return (
    <header className="top">
      <Link to="/" className="home">
        <Logo />
        <span className="sr-only">All venues</span>
      </Link>
      <h1 className="top-name">{venue.name}</h1>
      <span className={`chip connection-${view.connection}`}>
        <i aria-hidden="true" />
        {WORDS[view.connection]}
      </span>
      <span className="grow" />
      <time className="venue-time" title={`Local time in ${venue.timezone}`}>
        {clockTime(view.nowMs, venue.timezone, "second")}
      </time>
      <Account />
    </header>
  );
}
