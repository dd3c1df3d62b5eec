/** Shapes in a camera's picture: x right, y down, in pixels of its `frame_size`. */
import type { Point, Size } from "./labels";

const GRID = 20;

/** The inner point furthest from every edge, to within a grid step: where a label is most clearly "in" the zone. */
export function visualCentre(polygon: readonly Point[], frame: Size): Point {
  const xs = polygon.map(([x]) => clamp(x, frame.width));
  const ys = polygon.map(([, y]) => clamp(y, frame.height));
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const [width, height] = [Math.max(...xs) - left, Math.max(...ys) - top];
  let best: Point = [left + width / 2, top + height / 2];
  let bestRoom = -1;
  for (let i = 0; i < GRID * GRID; i += 1) {
    const point: Point = [
      left + (width * ((i % GRID) + 0.5)) / GRID,
      top + (height * (Math.floor(i / GRID) + 0.5)) / GRID,
    ];
    const room = contains(polygon, point) ? distanceToEdges(polygon, point) : -1;
    if (room > bestRoom) [best, bestRoom] = [point, room];
  }
  return best;
}

function clamp(value: number, limit: number): number {
  return Math.min(Math.max(value, 0), limit);
}

function edges(polygon: readonly Point[]): [Point, Point][] {
  return polygon.flatMap((start, index) => {
    const end = polygon[(index + 1) % polygon.length];
    return end === undefined ? [] : [[start, end] as [Point, Point]];
  });
}

export function contains(polygon: readonly Point[], [x, y]: Point): boolean {
  return edges(polygon).reduce((inside, [[x1, y1], [x2, y2]]) => {
    const crosses = y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1;
    return crosses ? !inside : inside;
  }, false);
}

function distanceToEdges(polygon: readonly Point[], point: Point): number {
  return Math.min(...edges(polygon).map(([start, end]) => distanceToSegment(point, start, end)));
}

function distanceToSegment([x, y]: Point, [x1, y1]: Point, [x2, y2]: Point): number {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const squared = dx * dx + dy * dy;
  const along = squared === 0 ? 0 : Math.min(1, Math.max(0, ((x - x1) * dx + (y - y1) * dy) / squared));
  return Math.hypot(x - x1 - along * dx, y - y1 - along * dy);
}

/** Unit vector towards the `in` side: the right hand of someone who walks from start to end in the picture. */
export function inwards(start: Point, end: Point): Point {
  const [dx, dy] = [end[0] - start[0], end[1] - start[1]];
  const length = Math.hypot(dx, dy);
  return [-dy / length, dx / length];
}
