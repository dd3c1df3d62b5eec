import { useEffect, useRef, useState } from "react";
import type { Venue } from "../api/types";
import { blame, type VenueView } from "../live/view";
import { announcement, type Heading } from "../logic/announce";
import { LEVEL_WORDS } from "../logic/level";

function headingOf(venue: Venue, view: VenueView): Heading {
  const full = view.zones.filter(({ level }) => level === "full" || level === "over");
  return {
    connection: view.connection,
    level: LEVEL_WORDS[view.level],
    blame: blame(venue, view),
    fullZones: full.map(({ zone }) => zone.name),
  };
}

/** Unseen text that screen readers read out when it changes. */
export function Announcer({ venue, view }: { venue: Venue; view: VenueView }) {
  const [text, setText] = useState("");
  const before = useRef<Heading | null>(null);
  useEffect(() => {
    const after = headingOf(venue, view);
    const news = before.current === null ? "" : announcement(before.current, after);
    before.current = after;
    if (news !== "") setText(news);
  }, [venue, view]);
  return (
    <div className="sr-only" aria-live="polite" data-testid="announcer">
      {text}
    </div>
  );
}
