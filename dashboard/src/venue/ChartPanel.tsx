import { lazy, Suspense, useCallback, useMemo, useState } from "react";
import type { Venue } from "../api/types";
import type { VenueView } from "../live/view";
import { clockTime, people } from "../logic/format";
import { Contained } from "../ui/Contained";
import { type StyledSeries, seriesLook } from "./seriesStyle";

// The big number must not wait for the chart library, nor fall with it.
const LiveChart = lazy(() => import("./LiveChart").then((module) => ({ default: module.LiveChart })));

/** Not a zone's id: those are slugs. */
const VENUE = "*venue";

/** The last quarter of an hour: the venue's count, and any zones that are switched on. */
export function ChartPanel({ venue, view }: { venue: Venue; view: VenueView }) {
  const [chosen, setChosen] = useState<readonly string[]>([VENUE]);
  const [hovered, setHovered] = useState<number | null>(null);
  const hover = useCallback((index: number | null) => setHovered(index), []);
  const { times, all } = useStyledSeries(venue, view);
  const shown = useMemo(() => all.filter(({ id }) => chosen.includes(id)), [all, chosen]);
  const toggle = (id: string) => {
    const rest = chosen.filter((other) => other !== id);
    if (rest.length < chosen.length) setChosen(rest.length === 0 ? [VENUE] : rest);
    else setChosen([...chosen, id]);
  };
  return (
    <section className="card chart" aria-labelledby="chart-title">
      <div className="chart-head">
        <h2 id="chart-title">Last 15 minutes</h2>
        <Readout venue={venue} view={view} shown={shown} hovered={hovered} />
      </div>
      <fieldset className="series">
        <legend className="sr-only">Shown in the chart</legend>
        {all.map((series) => (
          <SeriesSwitch key={series.id} series={series} on={chosen.includes(series.id)} toggle={toggle} />
        ))}
      </fieldset>
      <Contained instead="The chart cannot be drawn in this browser. Its numbers are in the table below.">
        <Suspense fallback={<div className="chart-canvas" />}>
          <LiveChart venueId={VENUE} timezone={venue.timezone} times={times} shown={shown} onHover={hover} />
        </Suspense>
      </Contained>
      <ChartTable venue={venue} view={view} shown={shown} />
    </section>
  );
}

/** The same object until a number in it changes: the view is worked out twice a second, a bucket ends every five. */
function useStyledSeries(
  venue: Venue,
  view: VenueView,
): { times: readonly number[]; all: readonly StyledSeries[] } {
  const key = `${view.times[0]} ${view.zones.map(({ counts }) => counts.join()).join(";")}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the counts that the view holds
  return useMemo(() => {
    const zones = view.zones.map(({ zone, counts }, index) => ({
      id: zone.id,
      name: zone.name,
      capacity: zone.capacity,
      counts,
      look: seriesLook(index + 1),
    }));
    const whole = {
      id: VENUE,
      name: "Whole venue",
      capacity: venue.capacity,
      counts: view.counts,
      look: seriesLook(0),
    };
    return { times: view.times, all: [whole, ...zones] };
  }, [venue, key]);
}

interface SwitchProps {
  series: StyledSeries;
  on: boolean;
  toggle: (id: string) => void;
}

function SeriesSwitch({ series: { id, name, look }, on, toggle }: SwitchProps) {
  return (
    <button type="button" aria-pressed={on} onClick={() => toggle(id)}>
      <svg viewBox="0 0 24 8" aria-hidden="true">
        <path d="M1 4h22" stroke={look.colour} strokeWidth="2.5" strokeDasharray={look.dash.join(" ")} />
      </svg>
      {name}
    </button>
  );
}

interface ShownProps {
  venue: Venue;
  view: VenueView;
  shown: readonly StyledSeries[];
}

function countWord(count: number | null | undefined): string {
  return count === null || count === undefined ? "unknown" : people(count);
}

function Readout({ venue, view, shown, hovered }: ShownProps & { hovered: number | null }) {
  const index = hovered ?? view.times.length - 1;
  const atMs = view.times[index];
  return (
    <p className="readout" data-testid="chart-readout">
      <time>{atMs === undefined ? "" : clockTime(atMs, venue.timezone, "second")}</time>
      {shown.map(({ id, name, counts, look }) => (
        <span key={id}>
          <i style={{ background: look.colour }} />
          {name} <strong>{countWord(counts[index])}</strong>
        </span>
      ))}
    </p>
  );
}

const MINUTE_MS = 60_000;

function ChartTable({ venue, view, shown }: ShownProps) {
  const [open, setOpen] = useState(false);
  const minutes = view.times.flatMap((atMs, index) => (atMs % MINUTE_MS === 0 ? [{ atMs, index }] : []));
  return (
    <details className="chart-table" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>As a table</summary>
      {open && (
        <table>
          <thead>
            <tr>
              <th scope="col">Time</th>
              {shown.map(({ id, name }) => (
                <th scope="col" key={id}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {minutes.map(({ atMs, index }) => (
              <tr key={atMs}>
                <th scope="row">{clockTime(atMs, venue.timezone, "minute")}</th>
                {shown.map(({ id, counts }) => (
                  <td key={id}>{countWord(counts[index])}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </details>
  );
}
