// @ts-check
/**
 * `npm run screenshot`: docs/images/live.png, the picture in README.md: the built page on the fake API. What the camera shows
 * is drawn, so that nobody's footage is in the repository.
 */
import { fileURLToPath } from "node:url";
import { chromium } from "@playwright/test";
import { launchOptions } from "./chromium.mjs";
import { FakeApi, PASSWORD, STEWARD } from "./fake.mjs";

const OUT = fileURLToPath(new URL("../../docs/images/live.png", import.meta.url));
/** The chart and the trends need some live seconds. */
const WATCH_MS = 12_000;

const fake = new FakeApi({ scenario: "ok", dist: fileURLToPath(new URL("../dist", import.meta.url)) });
const browser = await chromium.launch(launchOptions());
try {
  const page = await browser.newPage({
    locale: "en-GB",
    viewport: { width: 1440, height: 900 },
  });
  await page.goto(await fake.start());
  await page.getByLabel("Email").fill(STEWARD);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.locator(".u-over").waitFor();
  await page.waitForTimeout(WATCH_MS);
  await page.screenshot({ path: OUT });
} finally {
  await browser.close();
  await fake.stop();
}
