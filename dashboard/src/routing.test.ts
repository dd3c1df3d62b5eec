import { expect, test } from "vitest";
import { routeOf, venuePath } from "./routing";

test("a venue has an address of its own", () => {
  expect(routeOf(venuePath("town-square"))).toEqual({ page: "venue", id: "town-square" });
  expect(routeOf("/venues/town-square/")).toEqual({ page: "venue", id: "town-square" });
});

test("any other address is the list of venues", () => {
  for (const path of ["/", "/venues", "/venues/", "/venues/a/b"])
    expect(routeOf(path)).toEqual({ page: "venues" });
});
