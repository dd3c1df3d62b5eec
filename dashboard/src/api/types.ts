/** Short names for the generated schema: the only file that knows where a type lives in it. */
import type { components, paths } from "./schema";

type Schemas = components["schemas"];
type Get<Path extends keyof paths> = paths[Path] extends {
  get: { responses: { 200: { content: { "application/json": infer Body } } } };
}
  ? Body
  : never;

export type Me = Get<"/api/v1/me">;
export type VenueSummary = Get<"/api/v1/venues">[number];
export type Venue = Get<"/api/v1/venues/{venue_id}">;
export type Camera = Venue["cameras"][number];
export type Zone = Venue["zones"][number];
export type Line = Venue["lines"][number];
export type ReadingHistory = Get<"/api/v1/venues/{venue_id}/readings">;
export type CrossingHistory = Get<"/api/v1/venues/{venue_id}/crossings">;

export type State = Schemas["State"];
export type ZoneReading = Schemas["ZoneReading"];
export type LineCrossing = Schemas["LineCrossing"];
export type CameraHealth = Schemas["CameraHealth"];
export type Alert = Schemas["Alert"];
export type AlertStory = Get<"/api/v1/venues/{venue_id}/alerts/{alert_id}">;
export type LiveSnapshot = Schemas["LiveSnapshot"];
export type LiveUpdate = Schemas["LiveUpdate"];
export type LiveMessage = LiveSnapshot | LiveUpdate;
