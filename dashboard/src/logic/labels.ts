/** Where the labels of a picture go, so that no two of them overlap and none leaves the picture. */

export type Point = readonly [number, number];

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Box extends Size {
  readonly x: number;
  readonly y: number;
}

export interface LabelRequest {
  readonly id: string;
  /** Where the label's middle may be, best first. */
  readonly anchors: readonly Point[];
  /** Its forms, fullest first; a shorter one is taken where the fuller finds no room. */
  readonly sizes: readonly Size[];
}

export interface PlacedLabel extends Box {
  readonly id: string;
  /** Which of the requested sizes was used. */
  readonly form: number;
}

/**
 * Earlier requests choose first. A label for which no form finds room is left out: a steward finds its number in the
 * list beside the picture, and two numbers on top of each other would be read as a third.
 */
export function placeLabels(requests: readonly LabelRequest[], frame: Size, gap: number): PlacedLabel[] {
  const placed: PlacedLabel[] = [];
  for (const request of requests) {
    const label = placeOne(request, placed, frame, gap);
    if (label !== null) placed.push(label);
  }
  return placed;
}

function placeOne(
  { id, anchors, sizes }: LabelRequest,
  placed: readonly Box[],
  frame: Size,
  gap: number,
): PlacedLabel | null {
  for (const [form, size] of sizes.entries()) {
    if (size.width > frame.width || size.height > frame.height) continue;
    const box = anchors
      .flatMap((anchor) => candidates(anchor, size, frame, gap))
      .find((candidate) => placed.every((other) => !overlap(candidate, other, gap)));
    if (box !== undefined) return { id, form, ...box };
  }
  return null;
}

/** The anchor, then rings around it: near first, up and down before sideways, as lines of text stack. */
function candidates(anchor: Point, size: Size, frame: Size, gap: number): Box[] {
  return [0, 1].flatMap((ring) =>
    DIRECTIONS.filter(([dx, dy]) => ring > 0 || (dx === 0 && dy === 0)).map(([dx, dy]) => {
      const x = anchor[0] + (dx * ring * (size.width + gap)) / 2 - size.width / 2;
      const y = anchor[1] + dy * ring * (size.height + gap) - size.height / 2;
      return inside({ x, y, ...size }, frame);
    }),
  );
}

const DIRECTIONS: readonly Point[] = [
  [0, 0],
  [0, -1],
  [0, 1],
  [-1, 0],
  [1, 0],
  [-1, -1],
  [1, -1],
  [-1, 1],
  [1, 1],
];

function inside(box: Box, frame: Size): Box {
  return {
    ...box,
    x: Math.min(Math.max(box.x, 0), frame.width - box.width),
    y: Math.min(Math.max(box.y, 0), frame.height - box.height),
  };
}

export function overlap(a: Box, b: Box, gap: number): boolean {
  return (
    a.x < b.x + b.width + gap &&
    b.x < a.x + a.width + gap &&
    a.y < b.y + b.height + gap &&
    b.y < a.y + a.height + gap
  );
}
