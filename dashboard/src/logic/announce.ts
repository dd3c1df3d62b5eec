/** What a screen reader says aloud: changes of state, never each change of a number. */

export interface Heading {
  readonly connection: "connecting" | "live" | "lost";
  /** The venue's level in words, e.g. "Busy". */
  readonly level: string;
  /** Why the headroom is unknown; empty when it is known. */
  readonly blame: readonly string[];
  /** Zones that are full or over their capacity, by name. */
  readonly fullZones: readonly string[];
}

export function announcement(before: Heading, after: Heading): string {
  const parts: string[] = [];
  if (before.connection !== "lost" && after.connection === "lost") parts.push("Connection to Headroom lost.");
  if (before.connection === "lost" && after.connection === "live") parts.push("Connection is back.");
  if (before.level !== after.level) parts.push(levelChange(after));
  const newlyFull = after.fullZones.filter((name) => !before.fullZones.includes(name));
  if (newlyFull.length > 0) parts.push(`Full: ${newlyFull.join(", ")}.`);
  return parts.join(" ");
}

function levelChange({ level, blame }: Heading): string {
  return blame.length === 0 ? `Venue: ${level}.` : `Headroom unknown. ${blame.join(". ")}.`;
}
