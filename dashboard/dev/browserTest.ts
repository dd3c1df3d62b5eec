/** Playwright's `test` with a fake API of its own for each test; what the files in tests/browser/ are written with. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test as base, expect, type Page } from "@playwright/test";
import { FakeApi, PASSWORD, STEWARD } from "./fake.mjs";
import type { Scenario } from "./world.mjs";

export { MANAGER, PASSWORD, STEWARD } from "./fake.mjs";
export { expect, type Page };

interface Options {
  /** What the fake shows when the page is opened. */
  scenario: Scenario;
}

interface Fixtures {
  fake: FakeApi;
  /** The page's address. */
  origin: string;
}

export const test = base.extend<Options & Fixtures>({
  scenario: ["ok", { option: true }],
  fake: async ({ scenario }, use) => {
    const fake = new FakeApi({ scenario, dist: new URL("../dist", import.meta.url).pathname });
    await use(fake);
    await fake.stop();
  },
  origin: async ({ fake }, use) => use(await fake.start()),
});

export async function signIn(
  page: Page,
  origin: string,
  email = STEWARD,
  password = PASSWORD,
): Promise<void> {
  await page.goto(origin);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Signed in, with live numbers on the screen. */
export async function openVenue(page: Page, origin: string): Promise<void> {
  await signIn(page, origin);
  await expect(page.getByRole("heading", { level: 1, name: "Town square" })).toBeVisible();
  await expect(page.getByText("Live", { exact: true })).toBeVisible();
}

export interface Violation {
  readonly id: string;
  readonly nodes: readonly string[];
}

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe-core finds wrong with the page by WCAG 2.2 A and AA. */
export async function violations(page: Page): Promise<Violation[]> {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: typeof import("axe-core") };
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const { violations } = await axe.run(document, { runOnly: { type: "tag", values: tags } });
    return violations.map(({ id, nodes }) => ({ id, nodes: nodes.map((node) => node.html) }));
  });
}
