/** The live feed's connection: opened, watched, and opened again for as long as the page is open. */
import { SignedOut } from "../api/errors";
import type { LiveMessage } from "../api/types";
import { backoffMs } from "../logic/backoff";
import type { Instant } from "../logic/clock";
import { parseLive } from "./parse";
import type { FeedStatus } from "./state";

/** The server speaks at least once a second: after this long a silent connection is a dead one. */
export const SILENCE_MS = 2_500;
/** How long the opening of a connection may take, sign-in included. */
const OPENING_MS = 8_000;
const WATCH_EVERY_MS = 500;

const SIGN_IN_AGAIN = 4401;
const NO_SUCH_VENUE = 4404;

export interface SocketHandlers {
  readonly message: (data: unknown) => void;
  readonly closed: (code: number) => void;
}

export interface FeedEnvironment {
  /** Opens a WebSocket; what is returned closes it, after which no handler is called. */
  readonly open: (url: string, protocols: string[], handlers: SocketHandlers) => () => void;
  readonly now: () => Instant;
  readonly random: () => number;
  readonly after: (ms: number, run: () => void) => () => void;
  readonly every: (ms: number, run: () => void) => () => void;
}

export interface FeedOptions {
  readonly url: string;
  readonly accessToken: () => Promise<string>;
  readonly replaceToken: (refused: string) => Promise<void>;
  readonly onMessage: (message: LiveMessage, at: Instant) => void;
  readonly onStatus: (status: FeedStatus) => void;
}

export class LiveFeed {
  readonly #options: FeedOptions;
  readonly #env: FeedEnvironment;
  #closeSocket: (() => void) | null = null;
  #lastSign: Instant;
  #heardSomething = false;
  #attempt = 0;
  #refusals = 0;
  #cancelRetry: (() => void) | null = null;
  #stopWatch: (() => void) | null = null;
  /** Grows with each opening: what an abandoned opening still does is ignored. */
  #opening = 0;

  constructor(options: FeedOptions, env: FeedEnvironment) {
    this.#options = options;
    this.#env = env;
    this.#lastSign = env.now();
  }

  start(): void {
    this.#stopWatch = this.#env.every(WATCH_EVERY_MS, () => this.#watch());
    void this.#open();
  }

  stop(): void {
    this.#stopWatch?.();
    this.#stopWatch = null;
    this.#drop();
  }

  /** The device woke up, came back to this page, or found its network: look at once instead of waiting. */
  wake(): void {
    if (this.#stopWatch === null) return;
    if (this.#cancelRetry !== null) {
      this.#attempt = 0;
      void this.#open();
    } else {
      this.#watch();
    }
  }

  #watch(): void {
    if (this.#cancelRetry !== null) return;
    const limit = this.#heardSomething ? SILENCE_MS : OPENING_MS;
    if (elapsed(this.#lastSign, this.#env.now()) > limit) this.#lost();
  }

  async #open(): Promise<void> {
    this.#drop();
    const opening = this.#opening;
    this.#lastSign = this.#env.now();
    try {
      const token = await this.#options.accessToken();
      if (opening === this.#opening) this.#connect(token);
    } catch (error) {
      if (opening !== this.#opening) return;
      if (error instanceof SignedOut) this.#end("signed-out");
      else this.#lost();
    }
  }

  #connect(token: string): void {
    this.#closeSocket = this.#env.open(this.#options.url, ["headroom.v1", `bearer.${token}`], {
      message: (data) => this.#hear(data),
      closed: (code) => this.#closed(code, token),
    });
  }

  #hear(data: unknown): void {
    const message = parseLive(data);
    if (message === null) return;
    this.#lastSign = this.#env.now();
    this.#heardSomething = true;
    this.#attempt = 0;
    this.#refusals = 0;
    this.#options.onMessage(message, this.#lastSign);
  }

  #closed(code: number, token: string): void {
    this.#closeSocket = null;
    if (code === NO_SUCH_VENUE) this.#end("gone");
    else if (code === SIGN_IN_AGAIN) void this.#renew(token);
    else this.#lost();
  }

  /** One refusal is an expired token; a second in a row, with a fresh token, is waited out like any other loss. */
  async #renew(token: string): Promise<void> {
    this.#refusals += 1;
    if (this.#refusals > 1) {
      this.#lost();
      return;
    }
    const opening = this.#opening;
    try {
      await this.#options.replaceToken(token);
      if (opening === this.#opening) await this.#open();
    } catch (error) {
      if (opening !== this.#opening) return;
      if (error instanceof SignedOut) this.#end("signed-out");
      else this.#lost();
    }
  }

  #lost(): void {
    this.#drop();
    this.#options.onStatus("lost");
    const wait = backoffMs(this.#attempt, this.#env.random());
    this.#attempt += 1;
    this.#cancelRetry = this.#env.after(wait, () => void this.#open());
  }

  #end(status: "gone" | "signed-out"): void {
    this.stop();
    this.#options.onStatus(status);
  }

  #drop(): void {
    this.#opening += 1;
    this.#cancelRetry?.();
    this.#cancelRetry = null;
    this.#heardSomething = false;
    this.#closeSocket?.();
    this.#closeSocket = null;
  }
}

function elapsed(since: Instant, now: Instant): number {
  return Math.max(now.wallMs - since.wallMs, now.monotonicMs - since.monotonicMs);
}
