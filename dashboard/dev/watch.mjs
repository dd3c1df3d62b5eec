// @ts-check
/**
 * `node dev/watch.mjs`: opens the page of a real, running Headroom, signs in, and prints what the page says, as a line of JSON,
 * each time that changes. tests/system/ reads it while cameras are cut. DASHBOARD_WATCH_URL, DASHBOARD_WATCH_EMAIL and
 * DASHBOARD_WATCH_PASSWORD say where and as whom. It ends when its standard input does.
 */
import { chromium } from "@playwright/test";
import { launchOptions } from "./chromium.mjs";

const EVERY_MS = 200;

const browser = await chromium.launch(launchOptions());
process.stdin.resume().on("end", () => void browser.close());
try {
  const page = await browser.newPage({ locale: "en-GB", viewport: { width: 1440, height: 900 } });
  await page.goto(told("DASHBOARD_WATCH_URL"));
  await page.getByLabel("Email").fill(told("DASHBOARD_WATCH_EMAIL"));
  await page.getByLabel("Password", { exact: true }).fill(told("DASHBOARD_WATCH_PASSWORD"));
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByTestId("headroom").waitFor();
  for (let last = ""; browser.isConnected(); await page.waitForTimeout(EVERY_MS)) {
    const now = JSON.stringify(await page.evaluate(said));
    if (now !== last) console.log(now);
    last = now;
  }
} catch (error) {
  // Closing the browser ends whatever the page was asked; anything else is told.
  if (browser.isConnected()) throw error;
} finally {
  await browser.close();
}

/** Runs in the page: what a person reads there. */
function said() {
  /** @param {ParentNode} part @param {string} selector */
  const text = (part, selector) => part.querySelector(selector)?.textContent?.trim() ?? null;
  const zones = [...document.querySelectorAll("[data-testid^='zone-']")].map((zone) => [
    zone.getAttribute("data-testid")?.slice("zone-".length),
    { count: text(zone, ".zone-count strong"), words: text(zone, "small") },
  ]);
  return {
    headroom: text(document, "[data-testid=headroom]"),
    people: text(document, "[data-testid=people]"),
    level: text(document, "[data-testid=venue-level]"),
    why: [...document.querySelectorAll(".headroom-why li")].map((reason) => reason.textContent),
    zones: Object.fromEntries(zones),
  };
}

/** @param {string} name */
function told(name) {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`set ${name}`);
  return value;
}
