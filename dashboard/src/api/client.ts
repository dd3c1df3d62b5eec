/** The REST half of the API, always asked as the signed-in user. */
import { NotFound, SignedOut, Unreachable } from "./errors";
import type { SessionStore } from "./session";
import type { CrossingHistory, Me, ReadingHistory, Venue, VenueSummary } from "./types";

const TIMEOUT_MS = 10_000;

export interface Picture {
  readonly blob: Blob;
  /** Server time at which the camera took it. */
  readonly capturedAtMs: number;
}

export interface TimeRange {
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly stepS: number;
}

export class ApiClient {
  readonly #session: SessionStore;
  readonly #fetch: typeof fetch;

  constructor(session: SessionStore, fetchImpl: typeof fetch) {
    this.#session = session;
    this.#fetch = fetchImpl;
  }

  me = (signal?: AbortSignal): Promise<Me> => this.#json("/api/v1/me", signal);

  venues = (signal?: AbortSignal): Promise<VenueSummary[]> => this.#json("/api/v1/venues", signal);

  venue = (id: string, signal?: AbortSignal): Promise<Venue> => this.#json(venuePath(id), signal);

  readings = (id: string, range: TimeRange, signal?: AbortSignal): Promise<ReadingHistory> =>
    this.#json(`${venuePath(id)}/readings?${query(range)}`, signal);

  crossings = (id: string, range: TimeRange, signal?: AbortSignal): Promise<CrossingHistory> =>
    this.#json(`${venuePath(id)}/crossings?${query(range)}`, signal);

  /** The newest picture of a camera, people blurred; null when there is none. */
  async picture(venueId: string, cameraId: string, signal?: AbortSignal): Promise<Picture | null> {
    const path = `${venuePath(venueId)}/cameras/${encodeURIComponent(cameraId)}/picture`;
    try {
      const response = await this.#get(path, signal);
      const capturedAtMs = Date.parse(response.headers.get("X-Captured-At") ?? "");
      // A picture that cannot say when it was taken cannot be shown as live.
      if (Number.isNaN(capturedAtMs)) return null;
      return { blob: await response.blob(), capturedAtMs };
    } catch (error) {
      if (error instanceof NotFound) return null;
      throw error;
    }
  }

  async #json<Body>(path: string, signal?: AbortSignal): Promise<Body> {
    const response = await this.#get(path, signal);
    return (await response.json()) as Body;
  }

  async #get(path: string, signal?: AbortSignal): Promise<Response> {
    const token = await this.#session.accessToken();
    let response = await this.#send(path, token, signal);
    if (response.status === 401) {
      await this.#session.replace(token);
      response = await this.#send(path, await this.#session.accessToken(), signal);
    }
    if (response.status === 401) throw new SignedOut();
    if (response.status === 404 || response.status === 403) throw new NotFound(path);
    if (!response.ok) throw new Unreachable(`${path} answered ${response.status}`);
    return response;
  }

  async #send(path: string, token: string, signal?: AbortSignal): Promise<Response> {
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    try {
      return await this.#fetch(path, {
        headers: { Authorization: `Bearer ${token}` },
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new Unreachable(path);
    }
  }
}

function venuePath(id: string): string {
  return `/api/v1/venues/${encodeURIComponent(id)}`;
}

function query({ sinceMs, untilMs, stepS }: TimeRange): string {
  return new URLSearchParams({
    since: new Date(sinceMs).toISOString(),
    until: new Date(untilMs).toISOString(),
    step: String(stepS),
  }).toString();
}
