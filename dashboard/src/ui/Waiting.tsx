/** Shown until the first answer: says so when the server keeps it waiting. */
export function Waiting({ tries }: { tries: number }) {
  return (
    <main className="plain">
      <p className="waiting" role="status">
        {tries === 0 ? "Loading…" : "The Headroom server does not answer. Trying again…"}
      </p>
    </main>
  );
}
