import type { Venue } from "../api/types";
import type { VenueView, ZoneView } from "../live/view";
import { clockTime, DASH, people, percent } from "../logic/format";
import { byAttention, LEVEL_WORDS, shareOf } from "../logic/level";
import { FullnessBar } from "../ui/FullnessBar";
import { LevelMark } from "../ui/LevelMark";
import { Sparkline } from "../ui/Sparkline";
import { TrendMark } from "../ui/TrendMark";

export function ZonesPanel({ venue, view }: { venue: Venue; view: VenueView }) {
  return (
    <section className="card zones" aria-labelledby="zones-title">
      <h2 id="zones-title">Zones</h2>
      <ul>
        {byAttention(view.zones).map((zone) => (
          <ZoneRow key={zone.zone.id} venue={venue} view={zone} />
        ))}
      </ul>
    </section>
  );
}

function ZoneRow({ venue, view }: { venue: Venue; view: ZoneView }) {
  const { zone, measure, level } = view;
  const share = measure.known && zone.capacity !== null ? shareOf(measure.count, zone.capacity) : null;
  return (
    <li className={`zone level-${level}`} data-testid={`zone-${zone.id}`}>
      <LevelMark level={level} />
      <div className="zone-name">
        <strong>{zone.name}</strong>
        <small>{level === "unknown" ? <Why venue={venue} view={view} /> : words(view, share)}</small>
      </div>
      <Sparkline counts={view.counts} />
      <div className="zone-count">
        <TrendMark trend={view.trend} brief />
        <strong>{measure.known ? people(measure.count) : DASH}</strong>
        <span className="muted">{zone.capacity === null ? "" : `/ ${people(zone.capacity)}`}</span>
      </div>
      {zone.capacity !== null && <FullnessBar share={share} level={level} at={venue} />}
    </li>
  );
}

function words({ zone, level }: ZoneView, share: number | null): string {
  const fullness = share === null ? LEVEL_WORDS[level] : `${LEVEL_WORDS[level]} · ${percent(share)}`;
  return zone.primary ? fullness : `${fullness} · part of another zone`;
}

function Why({ venue, view: { measure } }: { venue: Venue; view: ZoneView }) {
  if (measure.known) return null;
  const last = measure.lastKnown;
  return (
    <>
      Unknown: {measure.why}
      {last !== null && ` · last ${people(last.count)} at ${clockTime(last.atMs, venue.timezone, "second")}`}
    </>
  );
}
