import { type CameraView, cameraWords, type VenueView } from "../live/view";
import { ageText, DASH, people } from "../logic/format";
import { StateMark } from "../ui/StateMark";

export function CameraHealthPanel({ view }: { view: VenueView }) {
  return (
    <section className="card cameras" aria-labelledby="cameras-title">
      <h2 id="cameras-title">Cameras</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">Camera</th>
            <th scope="col">fps</th>
            <th scope="col">Last</th>
            <th scope="col">Dropped</th>
            <th scope="col">Restarts</th>
          </tr>
        </thead>
        <tbody>
          {view.cameras.map((camera) => (
            <CameraRow key={camera.camera.id} view={camera} nowMs={view.nowMs} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

const STATE_WORDS = {
  ok: "Sees",
  stale: "Late",
  blind: "Blind",
  uncalibrated: "Not set up",
  missing: "Not heard",
};

function CameraRow({ view, nowMs }: { view: CameraView; nowMs: number }) {
  const { camera, health, heard } = view;
  const facts = heard?.health;
  const lastFrameAt = facts?.last_frame_at ?? null;
  const fps = health.state === "ok" ? (facts?.fps ?? null) : null;
  return (
    <>
      <tr className={`camera state-${health.state}`} data-testid={`camera-${camera.id}`}>
        <th scope="row">
          <StateMark state={health.state} />
          <span>
            {camera.name} <small>{STATE_WORDS[health.state]}</small>
          </span>
        </th>
        <td>{fps === null ? DASH : fps.toFixed(1)}</td>
        <td>{lastFrameAt === null ? DASH : ageText(nowMs - Date.parse(lastFrameAt))}</td>
        <td>{people(facts?.frames_dropped ?? null)}</td>
        <td>{people(facts?.restarts ?? null)}</td>
      </tr>
      {health.state !== "ok" && (
        <tr className={`camera-why state-${health.state}`}>
          <td colSpan={5}>{capitalised(cameraWords(health))}</td>
        </tr>
      )}
    </>
  );
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
