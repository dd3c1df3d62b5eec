/** Who is signed in: tokens in the shape of Supabase Auth, renewed before they expire. */
import { SignedOut, TooManyTries, Unreachable, WrongPassword } from "./errors";

export interface Session {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** By this device's clock. */
  readonly expiresAtMs: number;
  readonly email: string;
}

const KEY = "headroom.session";
/** A token this close to its end is renewed first, so that no request meets a dead one on the way. */
const RENEW_BEFORE_MS = 60_000;
/** A hung sign-in must say so while the steward still looks at the screen. */
const TIMEOUT_MS = 10_000;

export interface SessionEnvironment {
  readonly fetch: typeof fetch;
  readonly now: () => number;
  /** Forgotten with the tab: the default, because control-room screens and phones are shared. */
  readonly tabStorage: Storage;
  /** Kept on the device, when asked for: a wall screen must come back by itself after a power cut. */
  readonly deviceStorage: Storage;
  /** Runs one renewal at a time across tabs: a refresh token works once. */
  readonly exclusively: <T>(work: () => Promise<T>) => Promise<T>;
}

export function browserEnvironment(): SessionEnvironment {
  return {
    fetch: (input, init) => fetch(input, init),
    now: () => Date.now(),
    tabStorage: sessionStorage,
    deviceStorage: localStorage,
    // Web Locks exist on https and localhost only; elsewhere two tabs may have to sign in twice.
    exclusively: async (work) =>
      "locks" in navigator ? await navigator.locks.request("headroom.session", work) : await work(),
  };
}

export class SessionStore {
  readonly #env: SessionEnvironment;
  readonly #listeners = new Set<() => void>();
  #session: Session | null;
  #renewal: Promise<Session> | null = null;

  constructor(env: SessionEnvironment) {
    this.#env = env;
    this.#session = read(env.tabStorage) ?? read(env.deviceStorage);
  }

  readonly current = (): Session | null => this.#session;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /**
   * @param keep also after the browser is closed
   * @throws WrongPassword, TooManyTries, Unreachable
   */
  async signIn(email: string, password: string, keep: boolean): Promise<void> {
    const session = await this.#request("password", { email, password });
    const storage = keep ? this.#env.deviceStorage : this.#env.tabStorage;
    storage.setItem(KEY, JSON.stringify(session));
    this.#set(session);
  }

  /** Ends the session here at once, and at the server as far as it can be reached. */
  async signOut(): Promise<void> {
    const token = this.#session?.accessToken;
    this.#forget();
    if (token === undefined) return;
    const headers = { Authorization: `Bearer ${token}` };
    await this.#env.fetch("/auth/v1/logout", { method: "POST", headers }).catch(() => undefined);
  }

  /**
   * An access token that is good for the next minute.
   *
   * @throws SignedOut, Unreachable
   */
  async accessToken(): Promise<string> {
    const session = this.#session;
    if (session === null) throw new SignedOut();
    if (session.expiresAtMs - this.#env.now() > RENEW_BEFORE_MS) return session.accessToken;
    return (await this.#renewOnce(session)).accessToken;
  }

  /**
   * Called when the server refused `token`, whatever its expiry says (its clock may differ from ours).
   *
   * @throws SignedOut, Unreachable
   */
  async replace(token: string): Promise<void> {
    const session = this.#session;
    if (session === null) throw new SignedOut();
    if (session.accessToken === token) await this.#renewOnce(session);
  }

  #renewOnce(session: Session): Promise<Session> {
    this.#renewal ??= this.#env
      .exclusively(() => this.#renew(session))
      .finally(() => {
        this.#renewal = null;
      });
    return this.#renewal;
  }

  async #renew(session: Session): Promise<Session> {
    const { tabStorage, deviceStorage } = this.#env;
    const storage = tabStorage.getItem(KEY) !== null ? tabStorage : deviceStorage;
    const stored = read(storage);
    // Another tab was quicker, and its refresh has spent our token.
    if (stored !== null && stored.refreshToken !== session.refreshToken) return this.#set(stored);
    try {
      const renewed = await this.#request("refresh_token", { refresh_token: session.refreshToken });
      storage.setItem(KEY, JSON.stringify(renewed));
      return this.#set(renewed);
    } catch (error) {
      if (!(error instanceof WrongPassword)) throw error;
      this.#forget();
      throw new SignedOut();
    }
  }

  async #request(grant: "password" | "refresh_token", body: Record<string, string>): Promise<Session> {
    const response = await this.#env
      .fetch(`/auth/v1/token?grant_type=${grant}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      .catch(() => {
        throw new Unreachable();
      });
    if (response.status === 429) throw new TooManyTries();
    if (response.status >= 500) throw new Unreachable();
    if (!response.ok) throw new WrongPassword();
    return toSession(await response.json(), this.#env.now());
  }

  #set(session: Session): Session {
    this.#session = session;
    this.#tell();
    return session;
  }

  #forget(): void {
    this.#env.tabStorage.removeItem(KEY);
    this.#env.deviceStorage.removeItem(KEY);
    this.#session = null;
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

function toSession(body: unknown, nowMs: number): Session {
  const token = body as {
    access_token?: unknown;
    refresh_token?: unknown;
    expires_in?: unknown;
    user?: { email?: unknown } | null;
  };
  const { access_token: accessToken, refresh_token: refreshToken, expires_in: expiresIn } = token;
  if (typeof accessToken !== "string" || typeof refreshToken !== "string" || typeof expiresIn !== "number") {
    throw new Unreachable("the sign-in answered with something that is not a token");
  }
  const email = typeof token.user?.email === "string" ? token.user.email : "";
  return { accessToken, refreshToken, expiresAtMs: nowMs + expiresIn * 1000, email };
}

function read(storage: Storage): Session | null {
  try {
    const session = JSON.parse(storage.getItem(KEY) ?? "null") as Partial<Session> | null;
    if (typeof session?.accessToken !== "string" || typeof session.refreshToken !== "string") return null;
    return {
      accessToken: session.accessToken,
      refreshToken: session.refreshToken,
      expiresAtMs: Number(session.expiresAtMs ?? 0),
      email: session.email ?? "",
    };
  } catch {
    // Written by another version, or by hand: signing in again mends it.
    return null;
  }
}
