import type { Venue } from "../api/types";
import { blame, type VenueView } from "../live/view";
import { clockTime, DASH, people, percent } from "../logic/format";
import { LEVEL_WORDS, shareOf } from "../logic/level";
import { headroom, type KnownOccupancy, type UnknownOccupancy } from "../logic/occupancy";
import { FullnessBar } from "../ui/FullnessBar";
import { LevelMark } from "../ui/LevelMark";
import { TrendMark } from "../ui/TrendMark";

/** The number the product is named after: how many more people the venue may hold. */
export function Headroom({ venue, view }: { venue: Venue; view: VenueView }) {
  const { occupancy, level } = view;
  const share = occupancy.known ? shareOf(occupancy.people, venue.capacity) : null;
  return (
    <section className={`card headroom level-${level}`} aria-labelledby="headroom-title">
      <div className="headroom-head">
        <h2 id="headroom-title">Headroom</h2>
        <span className={`level-chip level-${level}`} data-testid="venue-level">
          <LevelMark level={level} />
          {LEVEL_WORDS[level]}
        </span>
      </div>
      {occupancy.known ? (
        <KnownHeadroom venue={venue} view={view} occupancy={occupancy} />
      ) : (
        <UnknownHeadroom venue={venue} view={view} occupancy={occupancy} />
      )}
      <FullnessBar share={share} level={level} at={venue} />
      <p className="headroom-foot muted">
        <span>{share === null ? "Fullness unknown" : `${percent(share)} full`}</span>
        <span>Capacity {people(venue.capacity)}</span>
      </p>
    </section>
  );
}

interface KnownProps {
  venue: Venue;
  view: VenueView;
  occupancy: KnownOccupancy;
}

function KnownHeadroom({ venue, view, occupancy }: KnownProps) {
  const left = headroom(venue.capacity, occupancy.people);
  return (
    <>
      <p className="big">
        <strong data-testid="headroom" data-long={left > 9_999}>
          {people(Math.abs(left))}
        </strong>
        <span>{left < 0 ? "over capacity" : left === 1 ? "place left" : "places left"}</span>
      </p>
      <p className="headroom-people">
        <span>
          <strong data-testid="people">{people(occupancy.people)}</strong>{" "}
          {Math.round(occupancy.people) === 1 ? "person" : "people"} inside
        </span>
        <TrendMark trend={view.trend} />
      </p>
      <Interval occupancy={occupancy} />
    </>
  );
}

function Interval({ occupancy: { low, high } }: { occupancy: KnownOccupancy }) {
  if (low === null || high === null) return null;
  return (
    <p className="muted">
      Between {people(low)} and {people(high)} (90 % sure)
    </p>
  );
}

interface UnknownProps {
  venue: Venue;
  view: VenueView;
  occupancy: UnknownOccupancy;
}

function UnknownHeadroom({ venue, view, occupancy }: UnknownProps) {
  const { atLeast } = occupancy;
  return (
    <>
      <p className="big big-none">
        <strong className="big-dash" data-testid="headroom">
          {DASH}
        </strong>
        <span className="big-unknown">Unknown</span>
      </p>
      <ul className="headroom-why">
        {blame(venue, view).map((reason) => (
          <li key={reason}>{reason}</li>
        ))}
      </ul>
      {atLeast !== null && (
        <p>
          At least <strong>{people(atLeast)}</strong> people where Headroom can see.
        </p>
      )}
      {view.lastKnown !== null && (
        <p className="muted">
          Last known: {people(view.lastKnown.people)} people at{" "}
          {clockTime(view.lastKnown.atMs, venue.timezone, "second")}
        </p>
      )}
    </>
  );
}
