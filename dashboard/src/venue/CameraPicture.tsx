import type { Venue } from "../api/types";
import { type CameraView, cameraWords, type VenueView } from "../live/view";
import { STALE_AFTER_MS } from "../logic/ageing";
import { ageText } from "../logic/format";
import { StateMark } from "../ui/StateMark";
import { PictureOverlay } from "./PictureOverlay";
import { type ShownPicture, usePicture } from "./usePicture";
import { useWidth } from "./useWidth";

interface Props {
  venue: Venue;
  view: VenueView;
  camera: CameraView;
  everyMs: number;
}

/** One camera's picture with its zones; dimmed and struck through whenever it is not what the camera sees now. */
export function CameraPicture({ venue, view, camera, everyMs }: Props) {
  const { camera: config, health } = camera;
  // A server that is away is knocked at by the feed alone.
  const picture = usePicture(venue.id, config.id, view.connection === "lost" ? null : everyMs);
  const [box, width] = useWidth<HTMLDivElement>();
  const trouble = troubleOf(camera, picture, view);
  return (
    <figure className="picture" data-testid={`picture-${config.id}`}>
      <figcaption>
        <StateMark state={health.state} />
        <strong>{config.name}</strong>
        <span
          className={trouble === null ? "muted" : `state-${health.state === "ok" ? "stale" : health.state}`}
        >
          {picture === null ? "No picture yet" : `Picture ${ageText(view.nowMs - picture.capturedAtMs)} old`}
        </span>
      </figcaption>
      <div
        ref={box}
        className={trouble === null ? "picture-box" : "picture-box picture-old"}
        style={{ "--ratio": config.frame_width / config.frame_height }}
      >
        {picture !== null && <img src={picture.url} alt={`What ${config.name} sees, people blurred`} />}
        {width > 0 && <PictureOverlay venue={venue} view={view} camera={config} width={width} />}
        {trouble !== null && <Trouble title={trouble} camera={camera} />}
      </div>
    </figure>
  );
}

function troubleOf({ health }: CameraView, picture: ShownPicture | null, view: VenueView): string | null {
  if (health.state !== "ok") return "Unknown";
  if (picture === null) return "No picture";
  return view.nowMs - picture.capturedAtMs > STALE_AFTER_MS ? "Old picture" : null;
}

function Trouble({ title, camera }: { title: string; camera: CameraView }) {
  const { health } = camera;
  return (
    <div className="trouble">
      <p>
        <strong>{title}</strong>
        {health.state !== "ok" && <span>{cameraWords(health)}</span>}
      </p>
    </div>
  );
}
