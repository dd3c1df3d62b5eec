import { describe, expect, test } from "vitest";
import { SignedOut, Unreachable } from "../api/errors";
import { iso, T0 } from "../logic/testing";
import { type FeedEnvironment, type FeedOptions, LiveFeed, type SocketHandlers } from "./feed";

interface Connection {
  readonly protocols: string[];
  readonly handlers: SocketHandlers;
  closed: boolean;
}

/** A feed in a world whose time passes when told, and whose server is this test. */
function world(overrides: Partial<FeedOptions> = {}) {
  let nowMs = T0;
  let timers: { at: number; every: number | null; run: () => void }[] = [];
  const connections: Connection[] = [];
  const statuses: string[] = [];
  let heard = 0;
  const schedule = (ms: number, every: number | null, run: () => void) => {
    const timer = { at: nowMs + ms, every, run };
    timers.push(timer);
    return () => {
      timers = timers.filter((other) => other !== timer);
    };
  };
  const env: FeedEnvironment = {
    open: (_, protocols, handlers) => {
      const connection: Connection = { protocols, handlers, closed: false };
      connections.push(connection);
      return () => {
        connection.closed = true;
      };
    },
    now: () => ({ wallMs: nowMs, monotonicMs: nowMs - T0 }),
    random: () => 0,
    after: (ms, run) => schedule(ms, null, run),
    every: (ms, run) => schedule(ms, ms, run),
  };
  const feed = new LiveFeed(
    {
      url: "ws://hall/live",
      accessToken: async () => "token",
      replaceToken: async () => undefined,
      onMessage: () => {
        heard += 1;
      },
      onStatus: (status) => statuses.push(status),
      ...overrides,
    },
    env,
  );
  const settle = async () => {
    for (let i = 0; i < 10; i += 1) await Promise.resolve();
  };
  const pass = async (ms: number) => {
    const end = nowMs + ms;
    for (;;) {
      const next = timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      nowMs = next.at;
      if (next.every === null) timers = timers.filter((timer) => timer !== next);
      else next.at += next.every;
      next.run();
      await settle();
    }
    nowMs = end;
  };
  const beat = () =>
    connections.at(-1)?.handlers.message(
      JSON.stringify({
        kind: "update",
        version: 1,
        venue_id: "hall",
        sent_at: iso(nowMs),
        readings: [],
        cameras: [],
        crossings: [],
        alerts: [],
        alerts_watched: true,
        skipped: 0,
      }),
    );
  return {
    feed,
    connections,
    statuses,
    pass,
    settle,
    beat,
    /** Time that passes while the machine sleeps: no timer runs. */
    sleep: (ms: number) => {
      nowMs += ms;
    },
    heard: () => heard,
    last: () => connections.at(-1),
  };
}

async function connected(overrides: Partial<FeedOptions> = {}) {
  const it = world(overrides);
  it.feed.start();
  await it.settle();
  it.beat();
  return it;
}

describe("a live feed", () => {
  test("offers its protocol and its token", async () => {
    const { last } = await connected();
    expect(last()?.protocols).toEqual(["headroom.v1", "bearer.token"]);
  });

  test("stays on one connection while it is spoken to", async () => {
    const it = await connected();
    for (let s = 0; s < 60; s += 1) {
      await it.pass(1_000);
      it.beat();
    }
    expect(it.connections).toHaveLength(1);
    expect(it.heard()).toBe(61);
    expect(it.statuses).toEqual([]);
  });

  test("notices within three seconds that an open connection is dead", async () => {
    const it = await connected();
    await it.pass(3_000);
    expect(it.statuses).toEqual(["lost"]);
    expect(it.connections[0]?.closed).toBe(true);
  });

  test("comes back by itself, with growing waits while it cannot", async () => {
    const it = await connected();
    it.last()?.handlers.closed(1006);
    await it.pass(250);
    expect(it.connections).toHaveLength(2);
    it.last()?.handlers.closed(1006);
    await it.pass(250);
    expect(it.connections).toHaveLength(2);
    await it.pass(250);
    expect(it.connections).toHaveLength(3);
  });

  test("gives up a connection that never opens", async () => {
    const it = world();
    it.feed.start();
    await it.settle();
    await it.pass(9_000);
    expect(it.connections[0]?.closed).toBe(true);
    expect(it.connections.length).toBeGreaterThan(1);
  });

  test("looks at once when the machine wakes up", async () => {
    const it = await connected();
    it.sleep(3_600_000);
    it.feed.wake();
    expect(it.statuses).toEqual(["lost"]);
    it.feed.wake();
    await it.settle();
    expect(it.connections).toHaveLength(2);
  });

  test("renews its token once when it is refused, and comes back at once", async () => {
    const refused: string[] = [];
    const it = await connected({
      replaceToken: async (token) => {
        refused.push(token);
      },
    });
    it.last()?.handlers.closed(4401);
    await it.settle();
    expect(refused).toEqual(["token"]);
    expect(it.connections).toHaveLength(2);
    expect(it.statuses).toEqual([]);
  });

  test("does not hammer a server that refuses fresh tokens", async () => {
    const it = await connected();
    it.last()?.handlers.closed(4401);
    await it.settle();
    it.last()?.handlers.closed(4401);
    await it.settle();
    expect(it.connections).toHaveLength(2);
    expect(it.statuses).toEqual(["lost"]);
  });

  test("asks for a sign-in when the session cannot be renewed, and stays quiet then", async () => {
    const it = await connected({ replaceToken: () => Promise.reject(new SignedOut()) });
    it.last()?.handlers.closed(4401);
    await it.pass(60_000);
    expect(it.statuses).toEqual(["signed-out"]);
    expect(it.connections).toHaveLength(1);
  });

  test("keeps trying when the token cannot be fetched because the server is away", async () => {
    let tries = 0;
    const it = world({
      accessToken: () => {
        tries += 1;
        return tries < 3 ? Promise.reject(new Unreachable()) : Promise.resolve("token");
      },
    });
    it.feed.start();
    await it.settle();
    await it.pass(2_000);
    expect(it.connections).toHaveLength(1);
  });

  test("ends when there is no such venue for this user", async () => {
    const it = await connected();
    it.last()?.handlers.closed(4404);
    await it.pass(60_000);
    expect(it.statuses).toEqual(["gone"]);
    expect(it.connections).toHaveLength(1);
  });

  test("is silent after it was stopped", async () => {
    const it = await connected();
    it.feed.stop();
    await it.pass(60_000);
    it.feed.wake();
    await it.settle();
    expect(it.connections).toHaveLength(1);
    expect(it.connections[0]?.closed).toBe(true);
  });

  test("does not take rubbish for a sign of life", async () => {
    const it = await connected();
    for (let s = 0; s < 4; s += 1) {
      await it.pass(1_000);
      it.connections[0]?.handlers.message("hello");
    }
    expect(it.statuses[0]).toBe("lost");
  });
});
