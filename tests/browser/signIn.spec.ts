import { expect, MANAGER, PASSWORD, STEWARD, signIn, test } from "../../dashboard/dev/browserTest";

test("nobody sees a venue without signing in", async ({ page, origin }) => {
  await page.goto(`${origin}/venues/town-square`);
  await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
  await expect(page.getByText("Town square")).toHaveCount(0);
});

test("a wrong password is said plainly, and the right one works after it", async ({ page, origin }) => {
  await signIn(page, origin, STEWARD, "wrong");
  await expect(page.getByRole("alert")).toContainText("do not match");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { name: "Town square" })).toBeVisible();
  await expect(page).toHaveURL(`${origin}/venues/town-square`);
});

test("a server that is away is not blamed on the password", async ({ page, origin, fake }) => {
  await page.goto(origin);
  fake.setLink("down");
  await page.getByLabel("Email").fill(STEWARD);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toContainText("does not answer");
});

test("someone with several venues chooses one", async ({ page, origin }) => {
  await signIn(page, origin, MANAGER);
  await page.getByRole("link", { name: /Riverside Arena/ }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Riverside Arena" })).toBeVisible();
  await page.goBack();
  await expect(page.getByRole("heading", { name: "Your venues" })).toBeVisible();
});

test("a venue of someone else is not found", async ({ page, origin }) => {
  await signIn(page, origin);
  await expect(page.getByRole("heading", { name: "Town square" })).toBeVisible();
  await page.goto(`${origin}/venues/riverside-arena`);
  await expect(page.getByRole("heading", { name: "No such venue" })).toBeVisible();
});

test("a reload keeps the session, signing out ends it", async ({ page, origin }) => {
  await signIn(page, origin);
  await expect(page.getByTestId("headroom")).toBeVisible();
  await page.reload();
  await expect(page.getByTestId("headroom")).toBeVisible();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
});

test("an expired access token is renewed unseen, a revoked session asks to sign in", async ({
  page,
  origin,
  fake,
}) => {
  await signIn(page, origin);
  await expect(page.getByText("Live", { exact: true })).toBeVisible();
  fake.expireAccess();
  await expect.poll(() => fake.issued).toBe(2);
  await expect(page.getByText("Live", { exact: true })).toBeVisible();
  fake.revokeAll();
  await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
});
