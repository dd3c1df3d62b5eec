/** Against a real, running Headroom (`make run`): signs in and waits for counts that change. */
import { test as base, expect, signIn } from "../../dashboard/dev/browserTest";

base("people who walk change the numbers on the page", async ({ page }) => {
  base.setTimeout(120_000);
  const broken: string[] = [];
  page.on("pageerror", (error) => broken.push(error.message));
  await signIn(page, told("HEADROOM_E2E_URL"), told("HEADROOM_E2E_EMAIL"), told("HEADROOM_E2E_PASSWORD"));
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

function told(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`needs a running Headroom: set ${name}`);
  return value;
}
