import { expect, test } from "vitest";
import { announcement, type Heading } from "./announce";

const calm: Heading = { connection: "live", level: "Calm", blame: [], fullZones: [] };

test("numbers that change say nothing", () => {
  expect(announcement(calm, { ...calm })).toBe("");
});

test("a change of level is said", () => {
  expect(announcement(calm, { ...calm, level: "Busy" })).toBe("Venue: Busy.");
});

test("what becomes unknown is said with why", () => {
  const blind = { ...calm, level: "Unknown", blame: ["West gate: camera is blind"] };
  expect(announcement(calm, blind)).toBe("Headroom unknown. West gate: camera is blind.");
});

test("a connection lost and found again is said", () => {
  const lost: Heading = { ...calm, connection: "lost" };
  expect(announcement(calm, lost)).toBe("Connection to Headroom lost.");
  expect(announcement(lost, calm)).toBe("Connection is back.");
});

test("a zone that becomes full is named once", () => {
  const full = { ...calm, fullZones: ["Bar"] };
  expect(announcement(calm, full)).toBe("Full: Bar.");
  expect(announcement(full, full)).toBe("");
});
