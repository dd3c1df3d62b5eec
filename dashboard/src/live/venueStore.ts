/** One venue's live state: the feed and the stored past brought together, for React to subscribe to. */
import type { ApiClient } from "../api/client";
import { SignedOut } from "../api/errors";
import type { SessionStore } from "../api/session";
import type { Instant } from "../logic/clock";
import { serverNow } from "../logic/clock";
import { SPAN_MS, STEP_S } from "../logic/series";
import { type FeedEnvironment, LiveFeed, type SocketHandlers } from "./feed";
import { INITIAL, type LiveEvent, type LiveState, reduce } from "./state";

const HOUR_MS = 3_600_000;
/** Readings are stored within a few seconds: this long after connecting, the past has closed up with the feed. */
const CLOSE_THE_GAP_MS = 12_000;
const REFRESH_CROSSINGS_MS = 60_000;
/** Younger crossings may not have been stored yet; the live feed brings those. */
const STORED_AFTER_MS = 5_000;

export function instant(): Instant {
  return { wallMs: Date.now(), monotonicMs: performance.now() };
}

export function browserFeedEnvironment(): FeedEnvironment {
  return {
    open: openSocket,
    now: instant,
    random: Math.random,
    after: (ms, run) => {
      const timer = window.setTimeout(run, ms);
      return () => window.clearTimeout(timer);
    },
    every: (ms, run) => {
      const timer = window.setInterval(run, ms);
      return () => window.clearInterval(timer);
    },
  };
}

function openSocket(url: string, protocols: string[], handlers: SocketHandlers): () => void {
  const socket = new WebSocket(url, protocols);
  socket.onmessage = ({ data }: MessageEvent<unknown>) => handlers.message(data);
  socket.onclose = ({ code }) => handlers.closed(code);
  return () => {
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
  };
}

export class VenueStore {
  readonly #venueId: string;
  readonly #client: ApiClient;
  readonly #env: FeedEnvironment;
  readonly #feed: LiveFeed;
  readonly #listeners = new Set<() => void>();
  #state: LiveState = INITIAL;
  #abort = new AbortController();
  #timers: (() => void)[] = [];

  constructor(venueId: string, client: ApiClient, session: SessionStore, env: FeedEnvironment) {
    this.#venueId = venueId;
    this.#client = client;
    this.#env = env;
    this.#feed = new LiveFeed(
      {
        url: feedUrl(venueId),
        accessToken: () => session.accessToken(),
        replaceToken: (token) => session.replace(token),
        onMessage: (message, at) => this.#apply({ type: "message", message, at }),
        onStatus: (status) => this.#apply({ type: "status", status }),
      },
      env,
    );
  }

  readonly current = (): LiveState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly wake = (): void => this.#feed.wake();

  start(): void {
    this.#abort = new AbortController();
    this.#timers = [this.#env.every(REFRESH_CROSSINGS_MS, () => this.#whileLive(this.#loadCrossings))];
    this.#feed.start();
  }

  stop(): void {
    this.#feed.stop();
    this.#abort.abort();
    for (const cancel of this.#timers) cancel();
    this.#timers = [];
  }

  #apply(event: LiveEvent): void {
    const before = this.#state;
    this.#state = reduce(before, event);
    if (event.type === "message" && before.unbrokenSinceMs === null) this.#loadPast();
    for (const listener of this.#listeners) listener();
  }

  /** At each connection, and once more when what happened around it has been stored. */
  #loadPast(): void {
    this.#load();
    this.#timers.push(this.#env.after(CLOSE_THE_GAP_MS, () => this.#load()));
  }

  #load(): void {
    this.#whileLive(this.#loadReadings);
    this.#whileLive(this.#loadCrossings);
  }

  #whileLive(load: () => Promise<void>): void {
    if (this.#state.status !== "live") return;
    load().catch((error: unknown) => {
      // The chart shows the gap, and the next connection or minute asks again; only a lost session needs a person.
      if (error instanceof SignedOut) this.#apply({ type: "status", status: "signed-out" });
    });
  }

  #loadReadings = async (): Promise<void> => {
    const untilMs = wholeSteps(this.#serverNow());
    const range = { sinceMs: untilMs - SPAN_MS - 2 * STEP_S * 1000, untilMs, stepS: STEP_S };
    const history = await this.#client.readings(this.#venueId, range, this.#abort.signal);
    this.#apply({ type: "readings", history });
  };

  #loadCrossings = async (): Promise<void> => {
    const untilMs = Math.floor((this.#serverNow() - STORED_AFTER_MS) / 1000) * 1000;
    const range = { sinceMs: untilMs - HOUR_MS, untilMs, stepS: 60 };
    const history = await this.#client.crossings(this.#venueId, range, this.#abort.signal);
    this.#apply({ type: "crossings", history });
  };

  #serverNow(): number {
    return serverNow(this.#state.clock, this.#env.now());
  }
}

function wholeSteps(atMs: number): number {
  return Math.floor(atMs / (STEP_S * 1000)) * STEP_S * 1000;
}

function feedUrl(venueId: string): string {
  const { protocol, host } = window.location;
  return `${protocol === "https:" ? "wss" : "ws"}://${host}/live/${encodeURIComponent(venueId)}`;
}
