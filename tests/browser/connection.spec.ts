import { expect, openVenue, test } from "../../dashboard/dev/browserTest";

for (const [how, link] of [
  ["ends", "down"],
  ["falls silent", "silent"],
] as const) {
  test(`a connection that ${how} is said within 3 s, numbers follow, and all comes back by itself`, async ({
    page,
    origin,
    fake,
  }) => {
    await openVenue(page, origin);
    await expect(page.getByTestId("people")).toBeVisible();
    fake.setLink(link);
    // Half a second for a busy test machine to draw it.
    await expect(page.getByTestId("connection-lost")).toBeVisible({ timeout: 3_500 });
    await expect(page.getByTestId("announcer")).toContainText("Connection to Headroom lost");
    await expect(page.getByTestId("headroom")).toHaveText("—", { timeout: 5_000 });
    await expect(page.getByRole("region", { name: "Headroom" })).toContainText("No connection to Headroom");
    await expect(page.getByTestId("zone-crossroads")).toContainText(
      /Unknown: no reading for \d+ s · last \d+ at/,
    );
    fake.setLink("up");
    await expect(page.getByTestId("connection-lost")).toBeHidden({ timeout: 15_000 });
    await expect(page.getByTestId("people")).toBeVisible();
    await expect(page.getByTestId("announcer")).toContainText("Connection is back");
  });
}

test("a page opened while the server is away waits for it", async ({ page, origin, fake }) => {
  await openVenue(page, origin);
  fake.setLink("down");
  await page.reload();
  await expect(page.getByText("does not answer. Trying again")).toBeVisible();
  fake.setLink("up");
  await expect(page.getByTestId("people")).toBeVisible({ timeout: 15_000 });
});
