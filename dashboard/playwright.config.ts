import { defineConfig } from "@playwright/test";
import { launchOptions } from "./dev/chromium.mjs";

// The one test of a real Headroom runs alone, when an address says where there is one; the others bring a fake.
const real = process.env.HEADROOM_E2E_URL !== undefined;

export default defineConfig({
  testDir: "../tests/browser",
  testMatch: real ? "live.spec.ts" : "*.spec.ts",
  testIgnore: real ? [] : "live.spec.ts",
  outputDir: "test-results",
  timeout: 40_000,
  expect: { timeout: 10_000 },
  forbidOnly: true,
  fullyParallel: true,
  // Each has a browser and a server of its own: more than two of them make a small machine late, and late is a state here.
  workers: 2,
  reporter: "list",
  use: {
    browserName: "chromium",
    // A Chromium started under LANG=C reports a language that no Intl accepts.
    locale: "en-GB",
    timezoneId: "Asia/Tokyo",
    launchOptions: launchOptions(),
    screenshot: "only-on-failure",
  },
});
