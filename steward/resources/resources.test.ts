import { describe, expect, it } from "vitest";
import { resourcesSchema } from "./config.ts";
import { desiredResources } from "./desired.ts";

const declared = (resources: object[]) => resourcesSchema.parse({ resources }).resources;
const shared = { id: "post", kind: "sharedMailbox", displayName: 'Post, "fælles"', mail: "Post@kommune.example" };

describe("resources as the directory keeps them", () => {
  it("puts short ids in the place of group names, whatever their case", () => {
    const groups = new Map([["borgerservice, Øst", ["g1"]] as const].map(([k, v]) => [k.toLowerCase(), v]));
    const { entries, waiting } = desiredResources(
      declared([{ ...shared, aliases: ["B@kommune.example", "a@kommune.example"], readers: ["BORGERSERVICE, øst"] }]),
      groups,
    );
    expect(waiting).toEqual([]);
    expect(entries.get("post")).toMatchObject({
      planbKind: ["sharedMailbox"],
      displayName: ['Post, "fælles"'],
      mail: ["post@kommune.example"],
      planbMailAlias: ["a@kommune.example", "b@kommune.example"],
      planbReaderGroup: ["g1"],
      planbSenderGroup: [],
    });
  });

  it("gives no right for a group that is not known, or whose name two groups bear", () => {
    const { entries, waiting } = desiredResources(
      declared([{ ...shared, readers: ["Ukendt", "Dobbelt"] }]),
      new Map([["dobbelt", ["g1", "g2"]]]),
    );
    expect(entries.get("post")?.["planbReaderGroup"]).toEqual([]);
    expect(waiting).toEqual([
      { resource: "post", group: "Ukendt", why: "unknown" },
      { resource: "post", group: "Dobbelt", why: "ambiguous" },
    ]);
  });

  it("takes the first of two with one name, and says so", () => {
    const room = { ...shared, kind: "room", displayName: "Et lokale" };
    const { entries, doubled } = desiredResources(declared([shared, room]), new Map());
    expect(entries.get("post")?.["planbKind"]).toEqual(["sharedMailbox"]);
    expect(doubled).toEqual(["post"]);
  });

  it("refuses an id that is no DNS label", () => {
    expect(() => declared([{ ...shared, id: "Æøå" }])).toThrow();
  });
});
