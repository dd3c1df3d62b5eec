/** What arrives on the wire, checked as far as the page depends on it before anything believes it. */
import type { LiveMessage } from "../api/types";

/** The message, or null for anything that is not one of version 1. */
export function parseLive(text: unknown): LiveMessage | null {
  if (typeof text !== "string") return null;
  try {
    const body: unknown = JSON.parse(text);
    return isLive(body) ? body : null;
  } catch {
    return null;
  }
}

function isLive(body: unknown): body is LiveMessage {
  if (!isRecord(body) || body.version !== 1 || !isTime(body.sent_at)) return false;
  const crossings = body.kind === "snapshot" ? [] : body.crossings;
  return (
    (body.kind === "snapshot" || body.kind === "update") &&
    isListOf(body.readings, "zone_id") &&
    isListOf(body.cameras, "camera_id") &&
    isListOf(crossings, "line_id") &&
    isListOf(body.alerts, "alert_id") &&
    typeof body.alerts_watched === "boolean"
  );
}

function isListOf(value: unknown, key: string): boolean {
  return (
    Array.isArray(value) &&
    value.every((item) => isRecord(item) && typeof item[key] === "string" && isTime(item.captured_at))
  );
}

function isTime(value: unknown): boolean {
  return typeof value === "string" && !Number.isNaN(Date.parse(value));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
