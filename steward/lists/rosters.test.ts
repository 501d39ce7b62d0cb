import { describe, expect, it } from "vitest";
import { aliasesOf, atAddresses, rosters } from "./rosters.ts";

const anna = { guid: "a", address: "anna@x", name: "Anna" };
const people = new Map([["a", anna]]);
const list = { name: "team", members: ["G-A", "g-a, b"], owners: [] as string[], moderators: [] as string[] };

describe("rosters", () => {
  it("put people in the place of groups, each once, without those who are shut out", () =>
    expect(
      rosters(
        [list],
        [
          { name: "G-A", people: ["a", "disabled"] },
          { name: "G-A, B", people: ["a"] },
        ],
        people,
      ),
    ).toEqual({ lists: { team: { member: [anna], owner: [], moderator: [] } }, missing: [] }));
  it("leave a role alone while one of its groups is not to be had", () =>
    expect(rosters([list], [{ name: "G-A", people: ["a"] }], people)).toEqual({
      lists: { team: { owner: [], moderator: [] } },
      missing: [{ list: "team", group: "g-a, b", why: "unknown" }],
    }));
  it("do not choose between two groups of a name", () => {
    const twice = [
      { name: "G-A", people: ["a"] },
      { name: "g-a", people: [] },
    ];
    expect(rosters([{ ...list, members: ["G-A"] }], twice, people).missing).toEqual([
      { list: "team", group: "G-A", why: "ambiguous" },
    ]);
  });
});

describe("people at addresses", () => {
  it("are found, unless two have it", () => {
    const [bo, twin] = [
      { guid: "b", address: "bo@x", name: "Bo" },
      { guid: "c", address: "bo@x", name: "Bo To" },
    ];
    expect(atAddresses(["anna@x", "nobody@x"], [anna, bo])).toEqual([anna]);
    expect(atAddresses(["bo@x"], [bo, twin])).toEqual([]);
  });
});

describe("aliases", () => {
  const known = (address: string, ...aliases: string[]) => ({ guid: address, address, name: address, aliases });
  it("are each person's own", () =>
    expect(aliasesOf([known("anna@x", "aa@x", "aa@x", "anna@y"), known("bo@x")])).toEqual({
      "aa@x": "anna@x",
      "anna@y": "anna@x",
    }));
  it("are nobody's when they are another's address, or said of two", () =>
    expect(aliasesOf([known("anna@x", "bo@x", "info@x"), known("bo@x", "info@x"), known("eva@x", "info@x")])).toEqual(
      {},
    ));
});
