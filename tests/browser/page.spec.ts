import { expect, MANAGER, openVenue, signIn, test, violations } from "../../dashboard/dev/browserTest";

const SIZES = [
  { name: "small phone", width: 360, height: 740 },
  { name: "phone", width: 390, height: 844 },
  { name: "tablet", width: 820, height: 1180 },
  { name: "laptop", width: 1440, height: 900 },
  { name: "4K wall", width: 3840, height: 2160 },
];

for (const { name, ...viewport } of SIZES) {
  test.describe(name, () => {
    test.use({ viewport });

    test(`${name}: nothing is wider than the screen, lost or not`, async ({ page, origin, fake }) => {
      const excess = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      await signIn(page, origin, MANAGER);
      await page.getByRole("link", { name: /Riverside Arena/ }).click();
      await expect(page.getByTestId("people")).toBeVisible();
      expect(await excess()).toBeLessThanOrEqual(0);
      fake.setLink("down");
      await expect(page.getByTestId("connection-lost")).toBeVisible();
      expect(await excess()).toBeLessThanOrEqual(0);
    });
  });
}

for (const scenario of ["ok", "over", "blind"] as const) {
  test.describe(scenario, () => {
    test.use({ scenario });
    test(`axe finds nothing wrong with a venue that is ${scenario}`, async ({ page, origin }) => {
      await openVenue(page, origin);
      await expect(page.locator(".u-over")).toBeVisible();
      expect(await violations(page)).toEqual([]);
    });
  });
}

test("axe finds nothing wrong with the sign-in, the list of venues and the cameras' tabs", async ({
  page,
  origin,
}) => {
  await page.goto(origin);
  await expect(page.getByLabel("Email")).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await signIn(page, origin, MANAGER);
  await expect(page.getByRole("heading", { name: "Your venues" })).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await page.getByRole("link", { name: /Riverside Arena/ }).click();
  await expect(page.getByTestId("people")).toBeVisible();
  expect(await violations(page)).toEqual([]);
});

test("the cameras' tabs work from the keyboard", async ({ page, origin }) => {
  await signIn(page, origin, MANAGER);
  await page.getByRole("link", { name: /Riverside Arena/ }).click();
  await page.getByRole("tab", { name: "All" }).focus();
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("tab", { name: "West gate" })).toBeFocused();
  await expect(page.getByRole("tab", { name: "West gate" })).toHaveAttribute("aria-selected", "true");
  await expect(page.locator(".picture")).toHaveCount(1);
});

test("the page asks nobody but its own server, and breaks none of its rules", async ({ page, origin }) => {
  const strangers: string[] = [];
  const complaints: string[] = [];
  page.on("request", (request) => {
    const { protocol, host } = new URL(request.url());
    if (protocol !== "blob:" && protocol !== "data:" && host !== new URL(origin).host)
      strangers.push(request.url());
  });
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  await openVenue(page, origin);
  await expect(page.locator(".u-over")).toBeVisible();
  await page.waitForTimeout(1_500);
  expect(strangers).toEqual([]);
  expect(complaints).toEqual([]);
});
