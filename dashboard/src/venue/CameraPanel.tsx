import { type KeyboardEvent, useRef, useState } from "react";
import type { Venue } from "../api/types";
import type { CameraView, VenueView } from "../live/view";
import { StateMark } from "../ui/StateMark";
import { CameraPicture } from "./CameraPicture";

const ALL = "all";
/** Twice a second for the one that is looked at, as often as the cameras publish; half of that for each of many. */
const PICTURE_MS = 500;
const GRID_PICTURE_MS = 1_000;

/** What the cameras see: one at a time, or all of them in a grid. */
export function CameraPanel({ venue, view }: { venue: Venue; view: VenueView }) {
  const several = view.cameras.length > 1;
  const [chosen, setChosen] = useState(several ? ALL : (view.cameras[0]?.camera.id ?? ALL));
  const shown = view.cameras.filter(({ camera }) => chosen === ALL || camera.id === chosen);
  const columns = Math.ceil(Math.sqrt(shown.length));
  return (
    <section className="card picture-panel" aria-labelledby="picture-title">
      <h2 id="picture-title" className="sr-only">
        {several ? "Camera pictures" : "Camera picture"}
      </h2>
      {several && <CameraTabs cameras={view.cameras} chosen={chosen} choose={setChosen} />}
      <div
        id="pictures"
        className={shown.length > 1 ? "pictures pictures-grid" : "pictures"}
        role={several ? "tabpanel" : undefined}
        style={{ "--columns": columns, "--rows": Math.ceil(shown.length / columns) }}
      >
        {shown.map((camera) => (
          <CameraPicture
            key={camera.camera.id}
            venue={venue}
            view={view}
            camera={camera}
            everyMs={shown.length > 1 ? GRID_PICTURE_MS : PICTURE_MS}
          />
        ))}
      </div>
    </section>
  );
}

interface TabsProps {
  cameras: readonly CameraView[];
  chosen: string;
  choose: (id: string) => void;
}

function CameraTabs({ cameras, chosen, choose }: TabsProps) {
  const list = useRef<HTMLDivElement>(null);
  const ids = [ALL, ...cameras.map(({ camera }) => camera.id)];
  const move = (event: KeyboardEvent) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    const next = ids[(ids.indexOf(chosen) + step + ids.length) % ids.length];
    if (step === 0 || next === undefined) return;
    event.preventDefault();
    choose(next);
    list.current?.querySelector<HTMLElement>(`[data-camera="${next}"]`)?.focus();
  };
  return (
    <div className="tabs" role="tablist" aria-label="Cameras" tabIndex={-1} ref={list} onKeyDown={move}>
      <Tab id={ALL} name="All" chosen={chosen} choose={choose} />
      {cameras.map(({ camera, health }) => (
        <Tab key={camera.id} id={camera.id} name={camera.name} chosen={chosen} choose={choose}>
          <StateMark state={health.state} />
        </Tab>
      ))}
    </div>
  );
}

interface TabProps {
  id: string;
  name: string;
  chosen: string;
  choose: (id: string) => void;
  children?: React.ReactNode;
}

function Tab({ id, name, chosen, choose, children }: TabProps) {
  const selected = id === chosen;
  return (
    <button
      type="button"
      role="tab"
      data-camera={id}
      aria-selected={selected}
      aria-controls="pictures"
      tabIndex={selected ? 0 : -1}
      onClick={() => choose(id)}
    >
      {children}
      {name}
    </button>
  );
}
