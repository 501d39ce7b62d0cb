import { expect, test } from "vitest";
import { usedImages } from "./images.ts";

test("a stack runs the images of the services it declares", () => {
  const recipes = ["base", "edge", "existing-ad", "files", "mailman", "postfix"];
  expect(usedImages({ edge: {}, mail: {} }, recipes)).toEqual(["base", "edge", "postfix"]);
  expect(usedImages({ edge: {}, demo: {}, lists: {}, files: {} }, recipes)).toEqual([
    "base",
    "edge",
    "existing-ad",
    "files",
    "mailman",
  ]);
});
