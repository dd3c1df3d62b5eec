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
      return await this.#get(path, readPicture, signal);
    } catch (error) {
      if (error instanceof NotFound) return null;
      throw error;
    }
  }

  #json<Body>(path: string, signal?: AbortSignal): Promise<Body> {
    return this.#get(path, async (response) => (await response.json()) as Body, signal);
  }

  async #get<Body>(path: string, read: Reader<Body>, signal?: AbortSignal): Promise<Body> {
    const token = await this.#session.accessToken();
    const answer = await this.#send(path, token, read, signal);
    if (answer !== REFUSED) return answer;
    await this.#session.replace(token);
    const second = await this.#send(path, await this.#session.accessToken(), read, signal);
    if (second === REFUSED) throw new SignedOut();
    return second;
  }

  /** One request, its body included, within the timeout. (`AbortSignal.any` would be shorter; iOS 16 lacks it.) */
  async #send<Body>(
    path: string,
    token: string,
    read: Reader<Body>,
    signal?: AbortSignal,
  ): Promise<Body | typeof REFUSED> {
    const abort = new AbortController();
    const stop = () => abort.abort();
    const timer = setTimeout(stop, TIMEOUT_MS);
    signal?.addEventListener("abort", stop);
    if (signal?.aborted) stop();
    try {
      const headers = { Authorization: `Bearer ${token}` };
      const response = await this.#fetch(path, { headers, signal: abort.signal });
      if (response.status === 401) return REFUSED;
      if (response.status === 404 || response.status === 403) throw new NotFound(path);
      if (!response.ok) throw new Unreachable(`${path} answered ${response.status}`);
      return await read(response);
    } catch (error) {
      if (error instanceof NotFound || error instanceof Unreachable || signal?.aborted) throw error;
      throw new Unreachable(path);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
    }
  }
}

type Reader<Body> = (response: Response) => Promise<Body>;

/** The server does not accept the token. */
const REFUSED = Symbol("refused");

async function readPicture(response: Response): Promise<Picture | null> {
  const capturedAtMs = Date.parse(response.headers.get("X-Captured-At") ?? "");
  // A picture that cannot say when it was taken cannot be shown as live.
  return Number.isNaN(capturedAtMs) ? null : { blob: await response.blob(), capturedAtMs };
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
