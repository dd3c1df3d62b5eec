import { useId, useMemo } from "react";
import type { Camera, Venue } from "../api/types";
import type { LineView, VenueView, ZoneView } from "../live/view";
import { DASH, people } from "../logic/format";
import { inwards, visualCentre } from "../logic/geometry";
import { type PlacedLabel, type Point, placeLabels } from "../logic/labels";
import { LEVEL_SHAPES } from "../ui/LevelMark";
import { measureText } from "./measureText";

/** On a screen whose root font is 16 px; everything grows with it. */
const FONT_PX = 13;
const LABEL_HEIGHT_PX = 22;
const PADDING_PX = 6;
const MARK_PX = 16;

interface Props {
  venue: Venue;
  view: VenueView;
  camera: Camera;
  /** The picture's width on the screen, CSS pixels: labels keep their size while the picture shrinks. */
  width: number;
}

/** Zones and counting lines over a camera's picture, in the coordinates they were drawn in. */
export function PictureOverlay({ venue, view, camera, width }: Props) {
  const zones = view.zones.filter(({ zone }) => zone.camera_id === camera.id);
  const lines = view.lines.filter(({ line }) => line.camera_id === camera.id);
  const hatch = useId();
  const unit = (camera.frame_width / width) * remScale();
  const labels = useLabels(venue, camera, zones, lines, unit);
  return (
    <svg className="overlay" viewBox={`0 0 ${camera.frame_width} ${camera.frame_height}`} aria-hidden="true">
      <defs>
        <pattern
          id={hatch}
          width={10 * unit}
          height={10 * unit}
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(45)"
        >
          <rect width={3 * unit} height={10 * unit} fill="var(--unknown)" opacity="0.55" />
        </pattern>
      </defs>
      {zones.map(({ zone, level }) => (
        <polygon
          key={zone.id}
          className={`zone-shape level-${level}`}
          points={zone.polygon.map((point) => point.join(",")).join(" ")}
          style={level === "unknown" ? { fill: `url(#${hatch})` } : undefined}
          strokeWidth={2 * unit}
          strokeDasharray={zone.primary ? undefined : `${5 * unit} ${4 * unit}`}
        />
      ))}
      {lines.map(({ line }) => (
        <CountingLine key={line.id} start={line.start} end={line.end} unit={unit} />
      ))}
      {labels.map((label) => (
        <Label key={label.box.id} label={label} unit={unit} />
      ))}
    </svg>
  );
}

function remScale(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
}

function CountingLine({ start, end, unit }: { start: Point; end: Point; unit: number }) {
  const [nx, ny] = inwards(start, end);
  const middle: Point = [(start[0] + end[0]) / 2, (start[1] + end[1]) / 2];
  const tip: Point = [middle[0] + nx * 22 * unit, middle[1] + ny * 22 * unit];
  const wing = (side: number) =>
    `${tip[0] - (nx * 9 + ny * 6 * side) * unit} ${tip[1] - (ny * 9 - nx * 6 * side) * unit}`;
  return (
    <g className="counting-line" strokeWidth={2.5 * unit}>
      <path d={`M${start.join(" ")}L${end.join(" ")}`} />
      <path d={`M${middle.join(" ")}L${tip.join(" ")}M${wing(1)}L${tip.join(" ")}L${wing(-1)}`} />
    </g>
  );
}

interface OverlayLabel {
  readonly box: PlacedLabel;
  readonly text: string;
  readonly level: ZoneView["level"] | null;
}

interface Wanted {
  readonly id: string;
  readonly anchors: readonly Point[];
  readonly texts: readonly string[];
  readonly level: OverlayLabel["level"];
}

function useLabels(
  venue: Venue,
  camera: Camera,
  zones: readonly ZoneView[],
  lines: readonly LineView[],
  unit: number,
): OverlayLabel[] {
  const centres = useMemo(() => anchors(venue, camera), [venue, camera]);
  const wanted = [...zones.map((zone) => zoneLabel(zone, centres)), ...lines.map(lineLabel)];
  const requests = wanted.map(({ id, anchors, texts, level }) => ({
    id,
    anchors,
    sizes: texts.map((text) => ({
      width: labelWidth(text, level !== null) * unit,
      height: LABEL_HEIGHT_PX * unit,
    })),
  }));
  const frame = { width: camera.frame_width, height: camera.frame_height };
  return placeLabels(requests, frame, 3 * unit).flatMap((box) => {
    const label = wanted.find(({ id }) => id === box.id);
    return label === undefined ? [] : [{ box, text: label.texts[box.form] ?? "", level: label.level }];
  });
}

function anchors(venue: Venue, camera: Camera): ReadonlyMap<string, Point> {
  const frame = { width: camera.frame_width, height: camera.frame_height };
  const zones = venue.zones.filter((zone) => zone.camera_id === camera.id);
  return new Map(zones.map((zone) => [zone.id, visualCentre(zone.polygon, frame)]));
}

function zoneLabel({ zone, measure, level }: ZoneView, centres: ReadonlyMap<string, Point>): Wanted {
  const count = measure.known ? people(measure.count) : DASH;
  return {
    id: zone.id,
    anchors: [centres.get(zone.id) ?? [0, 0]],
    texts: [`${zone.name}  ${count}`, count],
    level,
  };
}

function lineLabel({ line, flow }: LineView): Wanted {
  const hour = flow.hour;
  const totals = hour === null ? `in ${DASH}  out ${DASH}` : `in ${people(hour.in)}  out ${people(hour.out)}`;
  return {
    id: `line ${line.id}`,
    anchors: [line.end, line.start],
    texts: [`${line.name}  ${totals}`, totals],
    level: null,
  };
}

function labelWidth(text: string, marked: boolean): number {
  return measureText(text, FONT_PX) + 2 * PADDING_PX + (marked ? MARK_PX : 0);
}

function Label({ label: { box, text, level }, unit }: { label: OverlayLabel; unit: number }) {
  const indent = PADDING_PX + (level === null ? 0 : MARK_PX);
  return (
    <g transform={`translate(${box.x} ${box.y}) scale(${unit})`} className="zone-label">
      <rect width={box.width / unit} height={LABEL_HEIGHT_PX} rx="4" />
      {level !== null && (
        <g
          className={`level-${level}`}
          transform={`translate(${PADDING_PX} 5.5) scale(0.69)`}
          fill="currentColor"
        >
          {LEVEL_SHAPES[level]}
        </g>
      )}
      <text x={indent} y="15.5" fontSize={FONT_PX} xmlSpace="preserve">
        {text}
      </text>
    </g>
  );
}
