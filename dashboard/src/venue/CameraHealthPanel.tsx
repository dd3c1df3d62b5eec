import { type CameraView, cameraWords, type VenueView } from "../live/view";
import { ageText, DASH, people } from "../logic/format";
import { StateMark } from "../ui/StateMark";

export function CameraHealthPanel({ view }: { view: VenueView }) {
  return (
    <section className="card cameras" aria-labelledby="cameras-title">
      <h2 id="cameras-title">Cameras</h2>
      <ul>
        {view.cameras.map((camera) => (
          <CameraRow key={camera.camera.id} view={camera} nowMs={view.nowMs} />
        ))}
      </ul>
    </section>
  );
}

const STATE_WORDS = { ok: "Sees", stale: "Late", blind: "Blind", uncalibrated: "Not set up", missing: "Not heard" };

function CameraRow({ view, nowMs }: { view: CameraView; nowMs: number }) {
  const { camera, health } = view;
  return (
    <li className={`camera state-${health.state}`} data-testid={`camera-${camera.id}`}>
      <p className="camera-name">
        <StateMark state={health.state} />
        <strong>{camera.name}</strong>
        <span>{STATE_WORDS[health.state]}</span>
      </p>
      {health.state !== "ok" && <p className="camera-why">{capitalised(cameraWords(health))}</p>}
      <CameraFacts view={view} nowMs={nowMs} />
    </li>
  );
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function CameraFacts({ view: { heard, health }, nowMs }: { view: CameraView; nowMs: number }) {
  const facts = heard?.health;
  const lastFrameAt = facts?.last_frame_at ?? null;
  const fps = health.state === "ok" ? (facts?.fps ?? null) : null;
  return (
    <dl>
      <Fact name="Frames/s" value={fps === null ? DASH : fps.toFixed(1)} />
      <Fact name="Last frame" value={lastFrameAt === null ? DASH : ageText(nowMs - Date.parse(lastFrameAt))} />
      <Fact name="Dropped" value={people(facts?.frames_dropped ?? null)} />
      <Fact name="Restarts" value={people(facts?.restarts ?? null)} />
    </dl>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
