/** Against a real, running Headroom (`make run`): signs in and waits for counts that change. */
import { test as base, expect } from "../../dashboard/dev/browserTest";

const url = process.env.HEADROOM_E2E_URL ?? "";
const email = process.env.HEADROOM_E2E_EMAIL ?? "";
const password = process.env.HEADROOM_E2E_PASSWORD ?? "";

base.skip(
  url === "" || email === "" || password === "",
  "needs a running Headroom: set HEADROOM_E2E_URL, HEADROOM_E2E_EMAIL and HEADROOM_E2E_PASSWORD",
);

base("people who walk change the numbers on the page", async ({ page }) => {
  base.setTimeout(120_000);
  const broken: string[] = [];
  page.on("pageerror", (error) => broken.push(error.message));
  await page.goto(url);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("Live", { exact: true })).toBeVisible({ timeout: 20_000 });
  await expect(page.getByTestId("people")).toBeVisible({ timeout: 30_000 });

  const counts = new Set<string>();
  await expect
    .poll(
      async () => {
        counts.add(
          await page
            .getByRole("region", { name: "Zones" })
            .locator(".zone-count strong")
            .allTextContents()
            .then(String),
        );
        return counts.size;
      },
      { timeout: 60_000, intervals: [500] },
    )
    .toBeGreaterThanOrEqual(3);

  const picture = page.locator(".picture img").first();
  await expect(picture).toBeVisible();
  const first = await picture.getAttribute("src");
  await expect.poll(() => picture.getAttribute("src"), { timeout: 10_000 }).not.toBe(first);
  await expect(page.locator(".picture-old")).toHaveCount(0);
  await expect(page.locator(".u-over")).toBeVisible();
  expect(broken).toEqual([]);
});
