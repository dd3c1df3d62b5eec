// @ts-check
/** The venues of the fake API: a small one on one camera, and one as large as they come. */

/** @typedef {import("../src/api/types").Venue} Venue */

/** @type {Venue} */
export const TOWN_SQUARE = {
  id: "town-square",
  name: "Town square",
  capacity: 40,
  timezone: "Europe/London",
  role: "staff",
  busy_at: 0.8,
  full_at: 0.95,
  cameras: [{ id: "view-1", name: "Square", frame_width: 768, frame_height: 576 }],
  zones: [
    zone(
      "west-path",
      "West path",
      "view-1",
      [
        [0, 185],
        [270, 215],
        [330, 300],
        [0, 240],
      ],
      10,
      true,
    ),
    zone(
      "crossroads",
      "Crossroads",
      "view-1",
      [
        [270, 215],
        [520, 195],
        [700, 330],
        [768, 490],
        [330, 300],
      ],
      20,
      true,
    ),
    zone(
      "north-road",
      "North road",
      "view-1",
      [
        [520, 195],
        [600, 125],
        [768, 75],
        [768, 180],
        [690, 200],
        [705, 330],
      ],
      10,
      true,
    ),
    zone(
      "assembly-point",
      "Assembly point",
      "view-1",
      [
        [380, 235],
        [480, 235],
        [500, 330],
        [400, 325],
      ],
      null,
      false,
    ),
  ],
  lines: [
    { id: "west-line", name: "West path", camera_id: "view-1", start: [270, 212], end: [335, 305] },
    { id: "north-line", name: "North road", camera_id: "view-1", start: [700, 335], end: [515, 190] },
  ],
  floor: null,
  gates: [],
};

/** @type {Venue} */
export const ARENA = {
  id: "riverside-arena",
  name: "Riverside Arena",
  capacity: 12_400,
  timezone: "America/New_York",
  role: "security",
  busy_at: 0.8,
  full_at: 0.95,
  cameras: ["West gate", "North stand", "Concourse east", "South terrace and family enclosure"].map(
    (name, index) => ({
      id: `camera-${index + 1}`,
      name,
      frame_width: 1280,
      frame_height: 720,
    }),
  ),
  zones: [1, 2, 3, 4].flatMap((camera) => [
    zone(
      `hall-${camera}`,
      `Hall ${"ABCD"[camera - 1]}`,
      `camera-${camera}`,
      [
        [60, 260],
        [560, 220],
        [620, 660],
        [40, 690],
      ],
      1600,
      true,
    ),
    zone(
      `bar-${camera}`,
      camera === 4 ? "Family enclosure, lower tier" : `Bar ${camera}`,
      `camera-${camera}`,
      [
        [640, 240],
        [1180, 200],
        [1240, 420],
        [660, 430],
      ],
      900,
      true,
    ),
    zone(
      `queue-${camera}`,
      `Queue ${camera}`,
      `camera-${camera}`,
      [
        [680, 470],
        [1220, 460],
        [1260, 700],
        [700, 700],
      ],
      600,
      true,
    ),
  ]),
  lines: [1, 2, 3, 4].map((camera) => ({
    id: `gate-${camera}`,
    name: `Gate ${camera}`,
    camera_id: `camera-${camera}`,
    start: [80, 220],
    end: [540, 180],
  })),
  floor: null,
  gates: [],
};

/**
 * @param {string} id
 * @param {string} name
 * @param {string} camera_id
 * @param {[number, number][]} polygon
 * @param {number | null} capacity
 * @param {boolean} primary
 */
function zone(id, name, camera_id, polygon, capacity, primary) {
  return { id, name, camera_id, polygon, capacity, primary };
}
