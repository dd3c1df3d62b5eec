// @ts-check
/**
 * A fake of Headroom's API that shows every state on demand: for developing the page, and for its browser tests.
 * It serves the built page too, and speaks the contract of the real one; it keeps nothing.
 */

import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { WebSocketServer } from "ws";
import { pictures } from "./picture.mjs";
import { ARENA, TOWN_SQUARE } from "./venues.mjs";
import { cameraState, countIn, crossings, health, reading, storedGap } from "./world.mjs";

/** @typedef {import("./world.mjs").Scenario} Scenario */
/** @typedef {import("../src/api/types").Venue} Venue */
/** @typedef {import("node:http").IncomingMessage} Request */
/** @typedef {import("node:http").ServerResponse} Response */

/** Passwords are all the same; the one account sees one venue, the other both. */
export const PASSWORD = "correct horse";
export const STEWARD = "steward@example.test";
export const MANAGER = "manager@example.test";

/** @type {Record<string, Venue[]>} */
const VENUES = { [STEWARD]: [TOWN_SQUARE], [MANAGER]: [TOWN_SQUARE, ARENA] };
/** The real API's, so that what it would forbid fails here too. */
const POLICY =
  "default-src 'self'; img-src 'self' blob: data:; connect-src 'self' ws: wss:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'";
/** @type {Record<string, string>} */
const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".json": "application/json",
};

/**
 * @typedef {object} Options
 * @property {number} [port] 0: any free one
 * @property {string} [dist] the built page's folder
 * @property {string | undefined} [frames] a folder of JPEG files
 * @property {Scenario} [scenario]
 * @property {number} [tokenSeconds] how long an access token lives
 */

export class FakeApi {
  /** @param {Options} options */
  constructor({ port = 0, dist = "dist", frames, scenario = "ok", tokenSeconds = 3600 } = {}) {
    this.port = port;
    this.dist = dist;
    this.scenario = scenario;
    this.tokenSeconds = tokenSeconds;
    /** Connection to the feed: `silent` keeps it open and says nothing, `down` refuses everything. */
    this.link = /** @type {"up" | "silent" | "down"} */ ("up");
    this.picture = pictures(frames);
    this.issued = 0;
    /** @type {Map<string, {email: string, untilMs: number}>} */
    this.tokens = new Map();
    /** @type {Set<string>} */
    this.refreshTokens = new Set();
    this.server = createServer((request, response) => this.answer(request, response));
    this.sockets = new WebSocketServer({
      noServer: true,
      handleProtocols: (offered) => (offered.has("headroom.v1") ? "headroom.v1" : false),
    });
    this.server.on("upgrade", (request, socket, head) => {
      if (this.link === "down") socket.destroy();
      else this.sockets.handleUpgrade(request, socket, head, (client) => this.live(client, request));
    });
    this.ticks = setInterval(() => this.tick(), 1000);
  }

  /** @returns {Promise<string>} the page's address */
  async start() {
    await new Promise((resolve) => this.server.listen(this.port, "127.0.0.1", () => resolve(undefined)));
    const address = this.server.address();
    return `http://127.0.0.1:${typeof address === "object" ? address?.port : this.port}`;
  }

  async stop() {
    clearInterval(this.ticks);
    for (const client of this.sockets.clients) client.terminate();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(() => resolve(undefined)));
  }

  /** @param {Scenario} scenario */
  show(scenario) {
    this.scenario = scenario;
    this.tick();
  }

  /** @param {"up" | "silent" | "down"} link */
  setLink(link) {
    this.link = link;
    if (link === "down") for (const client of this.sockets.clients) client.terminate();
  }

  /** Every token stops working, as after a change of the signing secret. */
  revokeAll() {
    this.tokens.clear();
    this.refreshTokens.clear();
    for (const client of this.sockets.clients) client.close(4401, "sign in again");
  }

  /** Access tokens end; refresh tokens still work. */
  expireAccess() {
    this.tokens.clear();
    for (const client of this.sockets.clients) client.close(4401, "sign in again");
  }

  /** @param {Request} request @param {Response} response */
  answer(request, response) {
    const url = new URL(request.url ?? "/", "http://fake");
    if (this.link === "down" && (url.pathname.startsWith("/api") || url.pathname.startsWith("/auth"))) {
      request.socket.destroy();
      return;
    }
    if (url.pathname.startsWith("/fake/")) this.control(url, response);
    else if (url.pathname.startsWith("/auth/v1/")) void this.auth(url, request, response);
    else if (url.pathname.startsWith("/api/v1/")) this.api(url, request, response);
    else this.page(url.pathname, response);
  }

  /** `/fake/scenario/blind`, `/fake/link/down`: for a person with a browser. @param {URL} url @param {Response} response */
  control(url, response) {
    const [, , what, value] = url.pathname.split("/");
    if (what === "scenario") this.show(/** @type {Scenario} */ (value));
    if (what === "link") this.setLink(/** @type {"up" | "silent" | "down"} */ (value));
    json(response, 200, { scenario: this.scenario, link: this.link });
  }

  /** @param {URL} url @param {Request} request @param {Response} response */
  async auth(url, request, response) {
    if (url.pathname.endsWith("/logout")) return json(response, 204, null);
    const body = await readJson(request);
    const grant = url.searchParams.get("grant_type");
    if (grant === "refresh_token" && this.refreshTokens.delete(body.refresh_token)) {
      return json(response, 200, this.issue(body.refresh_token.split(" ")[0] ?? STEWARD));
    }
    if (grant === "password" && body.password === PASSWORD && body.email in VENUES) {
      return json(response, 200, this.issue(body.email));
    }
    return json(response, 400, { error_code: "invalid_credentials", msg: "Invalid login credentials" });
  }

  /** @param {string} email */
  issue(email) {
    this.issued += 1;
    const access = `fake.${this.issued}.token`;
    const refresh = `${email} ${this.issued}`;
    this.tokens.set(access, { email, untilMs: Date.now() + this.tokenSeconds * 1000 });
    this.refreshTokens.add(refresh);
    return {
      access_token: access,
      token_type: "bearer",
      expires_in: this.tokenSeconds,
      refresh_token: refresh,
      user: { id: email, email },
    };
  }

  /** @param {string | undefined} token */
  userOf(token) {
    const found = token === undefined ? undefined : this.tokens.get(token);
    return found !== undefined && found.untilMs > Date.now() ? found.email : null;
  }

  /** @param {URL} url @param {Request} request @param {Response} response */
  api(url, request, response) {
    const email = this.userOf(request.headers.authorization?.replace("Bearer ", ""));
    if (email === null) return json(response, 401, { detail: "sign in" });
    const mine = VENUES[email] ?? [];
    const [, , , noun, id, part, cameraId] = url.pathname.split("/");
    if (noun === "me")
      return json(response, 200, {
        user_id: email,
        email,
        venues: mine.map(({ id: venue_id, name, role }) => ({ venue_id, name, role })),
      });
    if (noun !== "venues") return json(response, 404, { detail: "not found" });
    if (id === undefined)
      return json(
        response,
        200,
        mine.map(({ id, name, capacity, timezone, role }) => ({ id, name, capacity, timezone, role })),
      );
    const venue = mine.find((candidate) => candidate.id === id);
    if (venue === undefined) return json(response, 404, { detail: "no such venue" });
    if (part === undefined) return json(response, 200, venue);
    if (part === "readings") return json(response, 200, this.readings(venue, range(url)));
    if (part === "crossings") return json(response, 200, this.crossed(venue, range(url)));
    return this.sendPicture(venue, cameraId ?? "", response);
  }

  /** @param {Venue} venue @param {Range} range */
  readings(venue, { since, until, step, buckets }) {
    const nowMs = Date.now();
    const first = venue.cameras[0]?.id;
    const zones = venue.zones.map((zone) => ({
      zone_id: zone.id,
      points: buckets.map((atMs) => {
        const blind =
          (this.scenario === "starting" && atMs < nowMs - 40_000) ||
          this.scenario === "all-blind" ||
          (zone.camera_id === first && storedGap(nowMs, atMs));
        const count = blind ? null : countIn(zone, this.scenario, atMs / 1000);
        return {
          at: new Date(atMs).toISOString(),
          state: blind ? "blind" : "ok",
          count,
          peak: count === null ? null : Math.ceil(count),
          count_low: null,
          count_high: null,
          known_share: blind ? 0 : 1,
          floor: null,
        };
      }),
    }));
    return { venue_id: venue.id, since, until, step_s: step, zones };
  }

  /** @param {Venue} venue @param {Range} range */
  crossed(venue, { since, until, step, buckets }) {
    const nowMs = Date.now();
    const lines = venue.lines.map((line) => ({
      line_id: line.id,
      points: buckets.map((atMs) => {
        const blind =
          cameraState(venue, line.camera_id, this.scenario) !== "ok" ||
          (line.camera_id === venue.cameras[0]?.id && storedGap(nowMs, atMs));
        const empty = this.scenario === "empty" ? 0 : 1;
        return {
          at: new Date(atMs).toISOString(),
          in_count: blind ? null : 6 * empty,
          out_count: blind ? null : 3 * empty,
        };
      }),
    }));
    return { venue_id: venue.id, since, until, step_s: step, lines };
  }

  /** @param {Venue} venue @param {string} cameraId @param {Response} response */
  sendPicture(venue, cameraId, response) {
    const camera = venue.cameras.find(({ id }) => id === cameraId);
    if (camera === undefined || this.scenario === "starting")
      return json(response, 404, { detail: "no picture yet" });
    const state = cameraState(venue, cameraId, this.scenario);
    const atMs = Date.now() - (state === "ok" ? 300 : state === "stale" ? 6_000 : 42_000);
    const { type, body } = this.picture(this.scene(venue, camera, atMs), state === "ok" ? atMs : 0);
    response.writeHead(200, {
      "Content-Type": type,
      "Cache-Control": "no-store",
      "X-Captured-At": new Date(atMs).toISOString(),
    });
    response.end(body);
  }

  /** What the camera sees: as many people as its zones count. @param {Venue} venue @param {Venue["cameras"][number]} camera @param {number} atMs */
  scene(venue, { id, frame_width, frame_height }, atMs) {
    const zones = venue.zones.filter((zone) => zone.camera_id === id && zone.primary);
    const places = zones.map((zone) => ({
      polygon: zone.polygon,
      // A drawing of thousands would say no more than one of a hundred.
      people: Math.min(100, Math.round(countIn(zone, this.scenario, Math.floor(atMs / 1000)))),
    }));
    return { width: frame_width, height: frame_height, places };
  }

  /** @param {import("ws").WebSocket} client @param {Request} request */
  live(client, request) {
    const offered = (request.headers["sec-websocket-protocol"] ?? "").split(",").map((text) => text.trim());
    const email = this.userOf(offered.find((text) => text.startsWith("bearer."))?.slice("bearer.".length));
    const id = (request.url ?? "").split("/")[2];
    if (email === null) return client.close(4401, "sign in again");
    const venue = (VENUES[email] ?? []).find((candidate) => candidate.id === id);
    if (venue === undefined) return client.close(4404, "no such venue");
    Object.assign(client, { venue });
    if (this.link !== "silent") client.send(JSON.stringify(this.message(venue, "snapshot")));
  }

  tick() {
    if (this.link !== "up") return;
    for (const client of this.sockets.clients) {
      const venue = /** @type {{venue?: Venue}} */ (client).venue;
      if (venue !== undefined) client.send(JSON.stringify(this.message(venue, "update")));
    }
  }

  /** @param {Venue} venue @param {"snapshot" | "update"} kind */
  message(venue, kind) {
    const nowMs = Date.now();
    const second = Math.floor(nowMs / 1000) - 1;
    const quiet = this.scenario === "starting";
    const rest = kind === "update" ? { crossings: crossings(venue, this.scenario, second), skipped: 0 } : {};
    return {
      kind,
      version: 1,
      venue_id: venue.id,
      sent_at: new Date(nowMs).toISOString(),
      readings: quiet ? [] : venue.zones.map((zone) => reading(venue, zone, this.scenario, second)),
      cameras: quiet ? [] : venue.cameras.map(({ id }) => health(venue, id, this.scenario, nowMs)),
      alerts: [],
      alerts_watched: !quiet,
      occupancy: [],
      positions: null,
      ...rest,
    };
  }

  /** @param {string} path @param {Response} response */
  page(path, response) {
    const wanted = join(this.dist, normalize(path));
    const file = extname(path) !== "" && existsSync(wanted) ? wanted : join(this.dist, "index.html");
    response.writeHead(200, {
      "Content-Type": TYPES[extname(file)] ?? "application/octet-stream",
      "Content-Security-Policy": POLICY,
    });
    response.end(readFileSync(file));
  }
}

/** @typedef {{since: string, until: string, step: number, buckets: number[]}} Range */

/** @param {URL} url @returns {Range} */
function range(url) {
  const [since, until, step] = [
    url.searchParams.get("since") ?? "",
    url.searchParams.get("until") ?? "",
    Number(url.searchParams.get("step")),
  ];
  const startMs = Date.parse(since);
  const length = Math.ceil((Date.parse(until) - startMs) / (step * 1000));
  return { since, until, step, buckets: Array.from({ length }, (_, index) => startMs + index * step * 1000) };
}

/** @param {Response} response @param {number} status @param {unknown} body */
function json(response, status, body) {
  response.writeHead(status, { "Content-Type": "application/json" });
  response.end(body === null ? undefined : JSON.stringify(body));
}

/** @param {Request} request @returns {Promise<{email: string, password: string, refresh_token: string}>} */
async function readJson(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  const nothing = { email: "", password: "", refresh_token: "" };
  return { ...nothing, ...JSON.parse(Buffer.concat(parts).toString() || "{}") };
}
