import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { type ChartSeries, chartCapacity, chartScale, unknownInAny } from "../logic/chart";
import { clockTime, people } from "../logic/format";
import { STEP_S, unknownSpans } from "../logic/series";
import { lineStyle, type StyledSeries } from "./seriesStyle";
import { useWidth } from "./useWidth";

interface Props {
  venueId: string;
  timezone: string;
  times: readonly number[];
  shown: readonly StyledSeries[];
  onHover: (index: number | null) => void;
}

/** The canvas; everything it shows is also in the readout and the table beside it. */
export function LiveChart({ venueId, timezone, times, shown, onHover }: Props) {
  const [box, width] = useWidth<HTMLDivElement>();
  const plot = useRef<uPlot | null>(null);
  // Read by uPlot's hooks at each drawing, so that new numbers need no new chart.
  const drawn = useRef({ shown, venueId });
  drawn.current = { shown, venueId };
  const names = shown.map(({ id }) => id).join(" ");
  const ready = width > 0;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a chart is made anew for other series only, not for other numbers
  useEffect(() => {
    if (!ready || box.current === null) return;
    const options = chartOptions(box.current, drawn.current.shown, timezone, () => drawn.current, onHover);
    const made = new uPlot(options, chartData(times, drawn.current.shown), box.current);
    plot.current = made;
    const stopTouch = followTouch(made, onHover);
    return () => {
      stopTouch();
      made.destroy();
      plot.current = null;
    };
  }, [ready, names, timezone, onHover, box]);

  useEffect(() => {
    plot.current?.setData(chartData(times, shown));
  }, [times, shown]);

  useEffect(() => {
    if (width > 0 && box.current !== null) plot.current?.setSize({ width, height: box.current.clientHeight });
  }, [width, box]);

  return <div className="chart-canvas" ref={box} aria-hidden="true" />;
}

type Drawn = () => { shown: readonly StyledSeries[]; venueId: string };

function chartData(times: readonly number[], shown: readonly StyledSeries[]): uPlot.AlignedData {
  return [times.map((ms) => ms / 1000), ...shown.map(({ counts }) => [...counts])];
}

function chartOptions(
  box: HTMLElement,
  shown: readonly StyledSeries[],
  timezone: string,
  drawn: Drawn,
  onHover: (index: number | null) => void,
): uPlot.Options {
  const css = getComputedStyle(box);
  const rem = rootPx();
  const colour = (name: string) => css.getPropertyValue(name).trim();
  const axis = {
    stroke: colour("--muted"),
    font: `${0.75 * rem}px ${css.fontFamily}`,
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { show: false },
  };
  return {
    width: box.clientWidth,
    height: box.clientHeight,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
    scales: { x: { time: true }, y: { range: () => [0, scaleOf(drawn()).top] } },
    series: [{}, ...shown.map((one) => ({ ...lineStyle(one, shown.length === 1), points: { show: false } }))],
    axes: [
      {
        ...axis,
        size: 1.9 * rem,
        space: 5 * rem,
        values: (_, ticks) => ticks.map((s) => clockTime(s * 1000, timezone, "minute")),
      },
      {
        ...axis,
        size: 3.2 * rem,
        space: 2.4 * rem,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000],
        values: (_, ticks) => ticks.map(people),
      },
    ],
    hooks: {
      drawClear: [(u) => drawUnknown(u, drawn().shown, colour)],
      draw: [(u) => drawCapacity(u, drawn, colour, rem)],
      setCursor: [(u) => onHover(u.cursor.idx ?? null)],
    },
  };
}

function scaleOf({ shown, venueId }: ReturnType<Drawn>) {
  return chartScale(shown, chartCapacity(shown, venueId));
}

/** Time in which nobody knows the number: hatched from top to bottom, so that a gap is never taken for a quiet spell. */
function drawUnknown(u: uPlot, shown: readonly ChartSeries[], colour: (name: string) => string): void {
  const times = u.data[0];
  const { ctx, bbox } = u;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const [first, last] of unknownSpans(unknownInAny(shown, times.length))) {
    const left = u.valToPos(times[first] ?? 0, "x", true);
    const right = u.valToPos((times[last] ?? 0) + STEP_S, "x", true);
    hatch(ctx, left, Math.max(right, left + 2), bbox, colour);
  }
  ctx.restore();
}

function hatch(
  ctx: CanvasRenderingContext2D,
  left: number,
  right: number,
  { top, height }: { top: number; height: number },
  colour: (name: string) => string,
): void {
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, top, right - left, height);
  ctx.clip();
  ctx.fillStyle = colour("--unknown-wash");
  ctx.fillRect(left, top, right - left, height);
  ctx.strokeStyle = colour("--unknown-hatch");
  ctx.lineWidth = 2 * devicePixelRatio;
  ctx.beginPath();
  const gap = 9 * devicePixelRatio;
  // Measured from the picture's edge, not the span's, so that the hatching of neighbouring spans is one.
  for (let x = Math.floor((left - height) / gap) * gap; x < right; x += gap) {
    ctx.moveTo(x, top + height);
    ctx.lineTo(x + height, top);
  }
  ctx.stroke();
  unknownWord(ctx, left, right, top + height / 2, colour);
  ctx.restore();
}

function unknownWord(
  ctx: CanvasRenderingContext2D,
  left: number,
  right: number,
  middle: number,
  colour: (name: string) => string,
) {
  ctx.font = `600 ${0.75 * rootPx() * devicePixelRatio}px ${getComputedStyle(document.body).fontFamily}`;
  const width = ctx.measureText("Unknown").width;
  if (right - left < width * 1.3) return;
  ctx.fillStyle = colour("--text");
  writeOver(ctx, "Unknown", (left + right - width) / 2, middle, colour);
}

function drawCapacity(u: uPlot, drawn: Drawn, colour: (name: string) => string, rem: number): void {
  const { shown, venueId } = drawn();
  const capacity = chartCapacity(shown, venueId);
  if (capacity === null) return;
  const { capacityShown } = scaleOf({ shown, venueId });
  const { ctx, bbox } = u;
  const y = capacityShown ? u.valToPos(capacity, "y", true) : bbox.top;
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = colour("--full");
  ctx.lineWidth = 1.5 * devicePixelRatio;
  ctx.setLineDash([6 * devicePixelRatio, 5 * devicePixelRatio]);
  ctx.beginPath();
  if (capacityShown) {
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
  }
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.font = `600 ${0.75 * rem * devicePixelRatio}px ${getComputedStyle(document.body).fontFamily}`;
  const text = `Capacity ${people(capacity)}${capacityShown ? "" : " is above this scale ↑"}`;
  writeOver(
    ctx,
    text,
    bbox.left + 8 * devicePixelRatio,
    y + (capacityShown ? -0.35 : 0.9) * rem * devicePixelRatio,
    colour,
  );
  ctx.restore();
}

/** Text with a rim of the ground's colour, readable on top of lines. */
function writeOver(
  ctx: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  colour: (name: string) => string,
) {
  ctx.textAlign = "left";
  ctx.textBaseline = "alphabetic";
  ctx.lineJoin = "round";
  ctx.lineWidth = 4 * devicePixelRatio;
  ctx.strokeStyle = colour("--card");
  ctx.strokeText(text, x, y);
  ctx.fillText(text, x, y);
}

function rootPx(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
}

/** A finger on the chart reads it like a mouse does; scrolling the page up and down still works (`touch-action`). */
function followTouch(u: uPlot, onHover: (index: number | null) => void): () => void {
  const read = (event: TouchEvent) => {
    const touch = event.touches[0];
    if (touch === undefined) return;
    const { left, top } = u.over.getBoundingClientRect();
    u.setCursor({ left: touch.clientX - left, top: touch.clientY - top });
  };
  const end = () => onHover(null);
  u.over.addEventListener("touchstart", read, { passive: true });
  u.over.addEventListener("touchmove", read, { passive: true });
  u.over.addEventListener("touchend", end);
  return () => {
    u.over.removeEventListener("touchstart", read);
    u.over.removeEventListener("touchmove", read);
    u.over.removeEventListener("touchend", end);
  };
}
