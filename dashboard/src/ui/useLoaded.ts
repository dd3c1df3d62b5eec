import { useEffect, useState } from "react";
import { NotFound, SignedOut } from "../api/errors";
import { backoffMs } from "../logic/backoff";

export type Loaded<Value> =
  | { readonly phase: "loading"; readonly tries: number }
  | { readonly phase: "ready"; readonly value: Value }
  | { readonly phase: "not-found" };

/** What `load` answers, asked again with growing waits for as long as the server cannot be reached. */
export function useLoaded<Value>(load: (signal: AbortSignal) => Promise<Value>): Loaded<Value> {
  const [state, setState] = useState<Loaded<Value>>({ phase: "loading", tries: 0 });
  useEffect(() => {
    const abort = new AbortController();
    void keepLoading(load, abort.signal, setState);
    return () => abort.abort();
  }, [load]);
  return state;
}

async function keepLoading<Value>(
  load: (signal: AbortSignal) => Promise<Value>,
  signal: AbortSignal,
  set: (state: Loaded<Value>) => void,
): Promise<void> {
  for (let tries = 0; !signal.aborted; tries += 1) {
    try {
      const value = await load(signal);
      if (!signal.aborted) set({ phase: "ready", value });
      return;
    } catch (error) {
      // Signing out already brings the sign-in page.
      if (signal.aborted || error instanceof SignedOut) return;
      if (error instanceof NotFound) return set({ phase: "not-found" });
      set({ phase: "loading", tries: tries + 1 });
      await new Promise((resolve) => setTimeout(resolve, backoffMs(tries, Math.random())));
    }
  }
}
