import { expect, it } from "vitest";
import { indexByName, oneOf } from "./groups.ts";

it("finds the one of a name, and says why there is none", () => {
  const groups = [{ name: "G-Æble, 1" }, { name: "g-a" }, { name: "G-A" }, { name: undefined }];
  const index = indexByName(groups, ({ name }) => name);
  expect(oneOf(index, "g-æble, 1")).toEqual({ found: { name: "G-Æble, 1" } });
  expect(oneOf(index, "G-a")).toEqual({ why: "ambiguous" });
  expect(oneOf(index, "G-B")).toEqual({ why: "unknown" });
  expect(oneOf(index, "undefined")).toEqual({ why: "unknown" });
});
