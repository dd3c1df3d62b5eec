// @ts-check
/** The fake cameras' pictures: JPEG files from a folder where one is given, a drawing otherwise. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * @param {string | undefined} folder
 * @returns {(camera: {frame_width: number, frame_height: number}, nowMs: number) => {type: string, body: Buffer}}
 */
export function pictures(folder) {
  const files =
    folder === undefined
      ? []
      : readdirSync(folder)
          .filter((name) => name.endsWith(".jpg"))
          .sort();
  return (camera, nowMs) => {
    const file = files[Math.floor(nowMs / 100) % Math.max(1, files.length)];
    if (folder !== undefined && file !== undefined)
      return { type: "image/jpeg", body: readFileSync(join(folder, file)) };
    return {
      type: "image/svg+xml",
      body: Buffer.from(drawing(camera.frame_width, camera.frame_height, nowMs / 1000)),
    };
  };
}

/** @param {number} width @param {number} height @param {number} t seconds */
function drawing(width, height, t) {
  const people = Array.from({ length: 14 }, (_, i) => {
    const x = ((i * 97 + t * (8 + (i % 5) * 4)) % (width + 40)) - 20;
    const y = height * (0.38 + 0.045 * i) + 6 * Math.sin(t + i);
    const size = 7 + (10 * y) / height;
    return `<ellipse cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" rx="${(size * 0.55).toFixed(1)}" ry="${(size * 1.4).toFixed(1)}" fill="#3f4a58"/>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<defs><linearGradient id="g" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#5c6672"/><stop offset="1" stop-color="#8b949e"/></linearGradient></defs>
<rect width="${width}" height="${height}" fill="url(#g)"/><rect width="${width}" height="${height * 0.25}" fill="#6d5a4c"/>
<path d="M0 ${height} L0 ${height * 0.7} Q${width / 2} ${height * 0.55} ${width} ${height * 0.95} L${width} ${height} Z" fill="#4e6b45"/>${people.join("")}</svg>`;
}
