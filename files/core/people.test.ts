import { expect, it } from "vitest";
import { declaredGroups } from "./people.ts";

it("gives none of two groups of one name a folder, and tells of both what is missing and what is there twice", () => {
  const groups = [
    { id: "g1", name: "Byg" },
    { id: "g2", name: "Skole" },
    { id: "g3", name: "SKOLE" },
    { id: "g4", name: "Uden mappe" },
  ];
  expect(declaredGroups(groups, ["byg", "Byg", "Skole", "Havn"])).toEqual({
    known: [groups[0]],
    missing: ["Havn"],
    twice: ["Skole"],
  });
});
