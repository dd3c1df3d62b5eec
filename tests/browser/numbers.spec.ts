import { expect, openVenue, type Page, test } from "../../dashboard/dev/browserTest";

const whole = async (page: Page, id: string) =>
  Number((await page.getByTestId(id).textContent())?.replace(",", ""));

test("live numbers change, and headroom is always capacity minus people", async ({ page, origin }) => {
  await openVenue(page, origin);
  const seen = new Set<string>();
  for (let i = 0; i < 20 && seen.size < 3; i += 1) {
    const [left, inside] = await page.evaluate(() =>
      ["headroom", "people"].map((id) => document.querySelector(`[data-testid="${id}"]`)?.textContent ?? ""),
    );
    expect(Number(left) + Number(inside)).toBe(40);
    seen.add(await page.getByRole("region", { name: "Zones" }).innerText());
    await page.waitForTimeout(700);
  }
  expect(seen.size).toBeGreaterThanOrEqual(3);
});

test("times are the venue's, whatever the device's zone", async ({ page, origin }) => {
  await openVenue(page, origin);
  const london = new Intl.DateTimeFormat("en-GB", {
    timeZone: "Europe/London",
    hour: "2-digit",
    minute: "2-digit",
  });
  await expect(page.locator(".venue-time")).toContainText(london.format(Date.now()).slice(0, 2));
});

for (const [scenario, word] of [
  ["ok", "Calm"],
  ["busy", "Busy"],
  ["full", "Full"],
  ["over", "Over capacity"],
] as const) {
  test.describe(scenario, () => {
    test.use({ scenario });
    test(`a venue that is ${scenario} says "${word}"`, async ({ page, origin }) => {
      await openVenue(page, origin);
      await expect(page.getByTestId("venue-level")).toHaveText(word);
    });
  });
}

test.describe("empty", () => {
  test.use({ scenario: "empty" });
  test("an empty venue shows a true zero and all of its capacity", async ({ page, origin }) => {
    await openVenue(page, origin);
    await expect(page.getByTestId("headroom")).toHaveText("40");
    expect(await whole(page, "people")).toBe(0);
    await expect(page.getByTestId("zone-crossroads")).toContainText("0");
  });
});

test("a camera that goes blind makes its zones and the headroom unknown, never zero, and comes back", async ({
  page,
  origin,
  fake,
}) => {
  await openVenue(page, origin);
  await expect(page.getByTestId("people")).toBeVisible();
  fake.show("blind");
  await expect(page.getByTestId("headroom")).toHaveText("—");
  await expect(page.getByTestId("venue-level")).toHaveText("Unknown");
  await expect(page.getByRole("region", { name: "Headroom" })).toContainText(
    "Square: camera is blind (no frames for 42 s)",
  );
  await expect(page.getByTestId("people")).toHaveCount(0);
  await expect(page.getByTestId("zone-crossroads")).toContainText("—");
  await expect(page.getByTestId("zone-crossroads")).toContainText("Unknown: no frames for 42 s");
  await expect(page.getByTestId("camera-view-1")).toContainText("Blind");
  await expect(page.getByTestId("picture-view-1")).toContainText("Unknown");
  await expect(page.getByTestId("line-west-line").getByRole("cell").first()).toHaveText("—");
  await expect(page.getByTestId("announcer")).toContainText("Headroom unknown");
  await expect(page).toHaveTitle("Unknown · Town square");
  fake.show("ok");
  await expect(page.getByTestId("people")).toBeVisible();
  await expect(page.getByTestId("venue-level")).toHaveText("Calm");
});

test("one blind camera of four leaves a lower bound, not a partial sum", async ({ page, origin, fake }) => {
  fake.show("blind");
  await page.goto(origin);
  await page.getByLabel("Email").fill("manager@example.test");
  await page.getByLabel("Password", { exact: true }).fill("correct horse");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("link", { name: /Riverside Arena/ }).click();
  await expect(page.getByTestId("headroom")).toHaveText("—");
  await expect(page.getByText(/At least [\d,]+ people where Headroom can see/)).toBeVisible();
  await expect(page.getByText(/West gate: camera is blind/)).toBeVisible();
});

test.describe("starting", () => {
  test.use({ scenario: "starting" });
  test("a venue whose cameras have not spoken yet is unknown, not empty", async ({ page, origin }) => {
    await openVenue(page, origin);
    await expect(page.getByTestId("headroom")).toHaveText("—");
    await expect(page.getByTestId("zone-crossroads")).toContainText("no reading yet");
    await expect(page.getByText("No picture yet")).toBeVisible();
  });
});

test.describe("stale", () => {
  test.use({ scenario: "stale" });
  test("an old picture is never passed as live", async ({ page, origin }) => {
    await openVenue(page, origin);
    await expect(page.getByTestId("picture-view-1")).toContainText(/Picture \d+(\.\d)? s old/);
    await expect(page.getByTestId("picture-view-1")).toContainText("Unknown");
    await expect(page.locator(".picture-old img")).toBeVisible();
  });
});

test("the picture is renewed and its zones are drawn over it", async ({ page, origin }) => {
  await openVenue(page, origin);
  const picture = page.getByTestId("picture-view-1").getByRole("img", { name: /What Square sees/ });
  const first = await picture.getAttribute("src");
  await expect.poll(() => picture.getAttribute("src")).not.toBe(first);
  await expect(page.locator(".zone-shape")).toHaveCount(4);
  await expect(page.locator(".counting-line")).toHaveCount(2);
});

test("the chart can be read by pointing, by zone and as a table", async ({ page, origin }) => {
  await openVenue(page, origin);
  const chart = page.getByRole("region", { name: "Last 15 minutes" });
  await chart.getByRole("button", { name: "Crossroads" }).click();
  await expect(page.getByTestId("chart-readout")).toContainText("Crossroads");
  // Again until it is read: the chart is drawn anew when a series joins it, and a pointer at rest tells it nothing. Each
  // time lower by a pixel: a browser that is late takes moves there and back for none.
  let height = 20;
  const pointAt = (share: number, reads: string | RegExp) =>
    expect(async () => {
      const box = await chart.locator(".u-over").boundingBox();
      if (box === null) throw new Error("the chart is not drawn");
      height += 1;
      await page.mouse.move(box.x + box.width * share, box.y + height);
      await expect(page.getByTestId("chart-readout")).toContainText(reads, { timeout: 1_000 });
    }).toPass({ timeout: 15_000 });
  // The store of the fake has a hole of two minutes that began eight minutes ago.
  await pointAt(8 / 15, "Whole venue unknown");
  await pointAt(0.2, /Whole venue \d+/);
  await chart.getByText("As a table").click();
  await expect(chart.getByRole("table").getByText("unknown").first()).toBeVisible();
});
