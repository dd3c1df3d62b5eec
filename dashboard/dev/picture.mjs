// @ts-check
/** The fake cameras' pictures: JPEG files from a folder where one is given, a drawing of the venue otherwise. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * @typedef {object} Scene what a camera sees
 * @property {number} width pixels
 * @property {number} height pixels
 * @property {readonly {polygon: readonly (readonly number[])[], people: number}[]} places the zones, and who is in each
 */

/**
 * @param {string | undefined} folder
 * @returns {(scene: Scene, nowMs: number) => {type: string, body: Buffer}}
 */
export function pictures(folder) {
  const files =
    folder === undefined
      ? []
      : readdirSync(folder)
          .filter((name) => name.endsWith(".jpg"))
          .sort();
  return (scene, nowMs) => {
    const file = files[Math.floor(nowMs / 100) % Math.max(1, files.length)];
    if (folder !== undefined && file !== undefined)
      return { type: "image/jpeg", body: readFileSync(join(folder, file)) };
    return { type: "image/svg+xml", body: Buffer.from(drawing(scene, nowMs / 1000)) };
  };
}

const COATS = ["#2f3b4c", "#5b2f36", "#2d4a43", "#6b6257", "#394b78", "#7a5a3a", "#23272e", "#8a8f98"];

/** Lawns, paved where the zones are, with as many people on each as it counts. @param {Scene} scene @param {number} t seconds */
function drawing({ width, height, places }, t) {
  const paved = places.map(({ polygon }) => `<polygon points="${polygon.join(" ")}"/>`).join("");
  const people = places
    .flatMap(({ polygon, people }, zone) =>
      Array.from({ length: people }, (_, index) => walker(polygon, zone * 211 + index, t)),
    )
    .sort((one, other) => one.y - other.y)
    .map(({ x, y, coat }) => person(x, y, 0.55 + (0.75 * y) / height, coat));
  const lawn = Array.from({ length: 60 }, (_, i) => {
    const [x, y] = [chance(i, 1) * width, (0.16 + 0.84 * chance(i, 2)) * height];
    return `<ellipse cx="${x.toFixed()}" cy="${y.toFixed()}" rx="${(30 + (50 * y) / height).toFixed()}" ry="7"/>`;
  });
  const trees = Array.from({ length: 16 }, (_, i) => {
    const [x, r] = [((i + 0.7 * chance(i, 3)) * width) / 15, (0.05 + 0.035 * chance(i, 4)) * height];
    return `<circle cx="${x.toFixed()}" cy="${(0.045 * height).toFixed()}" r="${r.toFixed()}" fill="${i % 3 ? "#2c4230" : "#35503a"}"/>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<defs><linearGradient id="g" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#5a7355"/><stop offset="1" stop-color="#47643f"/></linearGradient></defs>
<rect width="${width}" height="${height}" fill="url(#g)"/><g fill="#3f5b39" opacity="0.35">${lawn.join("")}</g>
<g stroke-linejoin="round" stroke-width="44" fill="#7d8083" stroke="#7d8083">${paved}</g>
<g stroke-linejoin="round" stroke-width="34" fill="#a3a5a4" stroke="#a3a5a4">${paved}</g>
<rect width="${width}" height="${(0.05 * height).toFixed()}" fill="#26382a"/>${trees.join("")}${people.join("")}</svg>`;
}

/**
 * Somebody who strolls about a place of their own inside the polygon; the same number is always the same person.
 * @param {readonly (readonly number[])[]} polygon @param {number} number @param {number} t seconds
 */
function walker(polygon, number, t) {
  const xs = polygon.map(([x = 0]) => x);
  const ys = polygon.map(([, y = 0]) => y);
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  let [x, y] = [0, 0];
  for (let attempt = 0; attempt < 50; attempt += 1) {
    x = left + chance(number, 10 + 2 * attempt) * (Math.max(...xs) - left);
    y = top + chance(number, 11 + 2 * attempt) * (Math.max(...ys) - top);
    if (isInside(polygon, x, y)) break;
  }
  const turn = t / (4 + 4 * chance(number, 5)) + number;
  return {
    x: x + 9 * Math.cos(turn),
    y: y + 4 * Math.sin(turn),
    coat: COATS[number % COATS.length] ?? "#2f3b4c",
  };
}

/** Feet at x, y. @param {number} x @param {number} y @param {number} size @param {string} coat */
function person(x, y, size, coat) {
  return `<g transform="translate(${x.toFixed(1)} ${y.toFixed(1)}) scale(${size.toFixed(2)})"><ellipse cx="9" cy="1" rx="15" ry="4" opacity="0.28"/>
<rect x="-5" y="-22" width="4.4" height="22" rx="2" fill="#20242b"/><rect x="0.8" y="-22" width="4.4" height="22" rx="2" fill="#20242b"/>
<rect x="-8" y="-44" width="16" height="27" rx="6" fill="${coat}"/><circle cy="-50" r="6" fill="#c39a7c"/><path d="M-6 -51a6 6 0 0 1 12 0z" fill="#3a2c24"/></g>`;
}

/** @param {readonly (readonly number[])[]} polygon @param {number} x @param {number} y */
function isInside(polygon, x, y) {
  let inside = false;
  for (const [index, [x1 = 0, y1 = 0]] of polygon.entries()) {
    const [x2 = 0, y2 = 0] = polygon[(index + 1) % polygon.length] ?? [];
    if (y1 > y !== y2 > y && x < x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)) inside = !inside;
  }
  return inside;
}

/** Between 0 and 1, always the same for the same two numbers. @param {number} one @param {number} other */
function chance(one, other) {
  const wild = Math.sin(one * 127.1 + other * 311.7) * 43758.5453;
  return wild - Math.floor(wild);
}
