import type { LineView, VenueView } from "../live/view";
import { DASH, people } from "../logic/format";

export function LinesPanel({ view }: { view: VenueView }) {
  return (
    <section className="card lines" aria-labelledby="lines-title">
      <h2 id="lines-title">Counting lines</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">Line</th>
            <th scope="col" colSpan={2}>
              Last minute
            </th>
            <th scope="col" colSpan={2}>
              Last hour
            </th>
          </tr>
          <tr>
            <td />
            <th scope="col">In</th>
            <th scope="col">Out</th>
            <th scope="col">In</th>
            <th scope="col">Out</th>
          </tr>
        </thead>
        <tbody>
          {view.lines.map((line) => (
            <LineRow key={line.line.id} view={line} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function LineRow({ view: { line, flow, sees } }: { view: LineView }) {
  const { minute, hour } = flow;
  return (
    <tr data-testid={`line-${line.id}`}>
      <th scope="row">
        {line.name}
        <LineNote sees={sees} unknownMinutes={hour?.unknownMinutes ?? 0} />
      </th>
      <td>{minute === null ? DASH : people(minute.in)}</td>
      <td>{minute === null ? DASH : people(minute.out)}</td>
      <td className="hour">{hour === null ? DASH : people(hour.in)}</td>
      <td>{hour === null ? DASH : people(hour.out)}</td>
    </tr>
  );
}

/** What the numbers do not cover: an hour with unseen minutes is a lower bound, and must say so. */
function LineNote({ sees, unknownMinutes }: { sees: boolean; unknownMinutes: number }) {
  if (!sees) return <small>Not seen now</small>;
  return unknownMinutes > 0 ? <small>{unknownMinutes} min not seen</small> : null;
}
