import fc from "fast-check";
import { expect, test } from "vitest";
import { contains, inwards, visualCentre } from "./geometry";
import { overlap, placeLabels } from "./labels";

const frame = { width: 768, height: 576 };
const wide = { width: 120, height: 22 };
const narrow = { width: 30, height: 22 };

test("a label alone sits on its anchor", () => {
  expect(placeLabels([{ id: "a", anchors: [[300, 200]], sizes: [wide] }], frame, 3)).toEqual([
    { id: "a", form: 0, x: 240, y: 189, ...wide },
  ]);
});

test("a label near the edge is moved into the picture", () => {
  const [label] = placeLabels([{ id: "a", anchors: [[760, 5]], sizes: [wide] }], frame, 3);
  expect(label).toMatchObject({ x: 648, y: 0 });
});

test("a label that finds no room for its full text takes its short one", () => {
  const tight = { width: 160, height: 30 };
  const labels = placeLabels(
    [
      { id: "a", anchors: [[60, 15]], sizes: [wide] },
      { id: "b", anchors: [[140, 15]], sizes: [wide, narrow] },
    ],
    tight,
    3,
  );
  expect(labels.map(({ id, form }) => [id, form])).toEqual([
    ["a", 0],
    ["b", 1],
  ]);
});

test("no two labels ever overlap, and none leaves the picture", () => {
  const anchor = fc.tuple(fc.integer({ min: -50, max: 900 }), fc.integer({ min: -50, max: 700 }));
  const request = fc.record({
    id: fc.string(),
    anchors: fc.array(anchor, { minLength: 1, maxLength: 3 }),
    sizes: fc.constant([wide, narrow]),
  });
  fc.assert(
    fc.property(fc.array(request, { maxLength: 30 }), (requests) => {
      const labels = placeLabels(requests, frame, 3);
      labels.forEach((label, index) => {
        expect(label.x >= 0 && label.x + label.width <= frame.width).toBe(true);
        expect(label.y >= 0 && label.y + label.height <= frame.height).toBe(true);
        for (const other of labels.slice(index + 1)) expect(overlap(label, other, 0)).toBe(false);
      });
    }),
  );
});

test("a zone's label point lies inside it, in a bent zone as well", () => {
  const bent: [number, number][] = [
    [0, 0],
    [400, 0],
    [400, 60],
    [60, 60],
    [60, 400],
    [0, 400],
  ];
  expect(contains(bent, visualCentre(bent, frame))).toBe(true);
});

test("a line drawn left to right counts movement down the picture as in", () => {
  const [x, y] = inwards([0, 0], [10, 0]);
  expect(x).toBeCloseTo(0);
  expect(y).toBe(1);
});
