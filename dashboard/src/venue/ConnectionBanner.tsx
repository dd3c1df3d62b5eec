import type { VenueView } from "../live/view";
import { ageText } from "../logic/format";

/** Plain words when the page has lost Headroom, for as long as it has. */
export function ConnectionBanner({ view }: { view: VenueView }) {
  if (view.connection !== "lost") return null;
  const since =
    view.silentMs === null ? "" : ` Last heard ${ageText(Math.round(view.silentMs / 1000) * 1000)} ago.`;
  return (
    <div className="banner" data-testid="connection-lost">
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d="M8 1.5 15.2 14.500H.8zM8 6v4M8 12v.3" />
      </svg>
      <p>
        <strong>Connection to Headroom lost.</strong> Numbers on this page are no longer live.{since} Trying
        again…
      </p>
    </div>
  );
}
