import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ApiClient } from "./client";
import { NotFound, SignedOut, TooManyTries, Unreachable, WrongPassword } from "./errors";
import { type SessionEnvironment, SessionStore } from "./session";

/** A Web Storage that lives in memory. */
function storage(): Storage {
  const items = new Map<string, string>();
  return {
    get length() {
      return items.size;
    },
    clear: () => items.clear(),
    getItem: (key) => items.get(key) ?? null,
    key: (index) => [...items.keys()][index] ?? null,
    removeItem: (key) => void items.delete(key),
    setItem: (key, value) => void items.set(key, value),
  };
}

let server: Server;
let origin: string;
let issued: number;
let accepted: Set<string>;
let refreshable: Set<string>;
let signInStatus: number;
let nowMs: number;

beforeEach(async () => {
  issued = 0;
  accepted = new Set();
  refreshable = new Set();
  signInStatus = 200;
  nowMs = 1_000_000;
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => {
      body += part;
    });
    request.on("end", () => {
      const [status, answer] = answerTo(request.url ?? "", request.headers.authorization ?? "", body);
      response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function answerTo(url: string, authorization: string, body: string): [number, unknown] {
  if (url.startsWith("/auth/v1/token")) {
    const asked = JSON.parse(body) as { password?: string; refresh_token?: string };
    const renewal = url.endsWith("refresh_token");
    if (signInStatus !== 200) return [signInStatus, { error_code: "x", msg: "x" }];
    const allowed = renewal ? refreshable.delete(asked.refresh_token ?? "") : asked.password === "right";
    if (!allowed) return [400, { error_code: "invalid_credentials", msg: "no" }];
    issued += 1;
    accepted.add(`access-${issued}`);
    refreshable.add(`refresh-${issued}`);
    return [
      200,
      {
        access_token: `access-${issued}`,
        refresh_token: `refresh-${issued}`,
        token_type: "bearer",
        expires_in: 3600,
        user: { id: "1", email: "s@example.test" },
      },
    ];
  }
  if (!accepted.has(authorization.replace("Bearer ", ""))) return [401, { detail: "sign in" }];
  return url === "/api/v1/venues" ? [200, []] : [404, { detail: "no such venue" }];
}

function device(overrides: Partial<SessionEnvironment> = {}): SessionEnvironment {
  return {
    fetch: (input, init) => fetch(`${origin}${String(input)}`, init),
    now: () => nowMs,
    tabStorage: storage(),
    deviceStorage: storage(),
    exclusively: (work) => work(),
    ...overrides,
  };
}

async function signedIn(env = device(), keep = false) {
  const session = new SessionStore(env);
  await session.signIn("s@example.test", "right", keep);
  return { session, env, client: new ApiClient(session, env.fetch) };
}

describe("signing in", () => {
  test("gives a session that a reload of the tab finds again", async () => {
    const { env } = await signedIn();
    expect(new SessionStore(env).current()).toMatchObject({
      accessToken: "access-1",
      email: "s@example.test",
    });
  });

  test("leaves nothing on a shared device unless asked to", async () => {
    const { env } = await signedIn();
    expect(env.deviceStorage.length).toBe(0);
    const kept = await signedIn(device(), true);
    expect(kept.env.deviceStorage.length).toBe(1);
  });

  test("tells a wrong password from too many tries and from a server that is away", async () => {
    const session = new SessionStore(device());
    await expect(session.signIn("s@example.test", "wrong", false)).rejects.toBeInstanceOf(WrongPassword);
    signInStatus = 429;
    await expect(session.signIn("s@example.test", "right", false)).rejects.toBeInstanceOf(TooManyTries);
    signInStatus = 503;
    await expect(session.signIn("s@example.test", "right", false)).rejects.toBeInstanceOf(Unreachable);
    server.close();
    server.closeAllConnections();
    await expect(session.signIn("s@example.test", "right", false)).rejects.toBeInstanceOf(Unreachable);
    expect(session.current()).toBeNull();
  });

  test("out forgets both tokens", async () => {
    const { session, env } = await signedIn(device(), true);
    await session.signOut();
    expect(session.current()).toBeNull();
    expect(env.deviceStorage.length + env.tabStorage.length).toBe(0);
  });
});

describe("an access token", () => {
  test("is renewed before it expires, once for all who ask at the same time", async () => {
    const { session } = await signedIn();
    expect(await session.accessToken()).toBe("access-1");
    nowMs += 3_550_000;
    expect(await Promise.all([session.accessToken(), session.accessToken()])).toEqual([
      "access-2",
      "access-2",
    ]);
  });

  test("that the server refuses is replaced, and the question asked again", async () => {
    const { client } = await signedIn();
    accepted.clear();
    expect(await client.venues()).toEqual([]);
  });

  test("that another tab has renewed is taken from there", async () => {
    const env = device();
    const first = await signedIn(env, true);
    const second = new SessionStore(env);
    nowMs += 3_550_000;
    await first.session.accessToken();
    expect(await second.accessToken()).toBe("access-2");
  });

  test("that cannot be renewed ends the session", async () => {
    const { session, client } = await signedIn();
    accepted.clear();
    refreshable.clear();
    await expect(client.venues()).rejects.toBeInstanceOf(SignedOut);
    expect(session.current()).toBeNull();
  });

  test("that cannot be renewed because the server is away does not end the session", async () => {
    const { session } = await signedIn();
    nowMs += 3_550_000;
    signInStatus = 503;
    await expect(session.accessToken()).rejects.toBeInstanceOf(Unreachable);
    expect(session.current()).not.toBeNull();
  });
});

test("a stranger's venue is not found", async () => {
  const { client } = await signedIn();
  await expect(client.venue("theirs")).rejects.toBeInstanceOf(NotFound);
});

test("a server that is away is told apart from one that refuses", async () => {
  const { client } = await signedIn();
  server.close();
  server.closeAllConnections();
  await expect(client.venues()).rejects.toBeInstanceOf(Unreachable);
});

test("a question that the page has given up is not sent again", async () => {
  const { env, session } = await signedIn();
  let sent = 0;
  const counting = new ApiClient(session, (input, init) => {
    sent += 1;
    return env.fetch(input, init);
  });
  const abort = new AbortController();
  const asked = counting.venues(abort.signal);
  await Promise.resolve();
  abort.abort();
  await expect(asked).rejects.toMatchObject({ name: "AbortError" });
  expect(sent).toBe(1);
});

test("a picture that does not say when it was taken is not shown", async () => {
  const { session } = await signedIn();
  const answer = (headers: HeadersInit) =>
    new ApiClient(session, async () => new Response("jpeg", { headers })).picture("hall", "door");
  expect(await answer({})).toBeNull();
  expect(await answer({ "X-Captured-At": "2026-05-01T18:00:00Z" })).toMatchObject({
    capturedAtMs: Date.parse("2026-05-01T18:00:00Z"),
  });
});

test("something unreadable in the storage is signed out, not broken", () => {
  const env = device();
  env.tabStorage.setItem("headroom.session", "{not json");
  expect(new SessionStore(env).current()).toBeNull();
});
