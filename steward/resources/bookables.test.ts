import type { Entry } from "ldapts";
import { describe, expect, it } from "vitest";
import { isBookableId } from "../../model/bookable.ts";
import { type AdBookable, adBookable, bookableSearches } from "../directory/bookables.ts";
import { afterReading } from "../directory/bookables-here.ts";
import { usableBookables } from "./bookables.ts";

const guid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
const room: AdBookable = {
  ...{ guid: guid(1), kind: "room", name: 'Sal "Ærø"', mail: "sal@kommune.example", aliases: ["sal2@kommune.example"] },
  ...{ building: "Rådhuset", description: "Skærm", capacity: 8 },
};

describe("what AD says of a room", () => {
  const entry = (more: object): Entry => ({ dn: "CN=Sal,DC=x", objectGUID: Buffer.alloc(16, 1), ...more }) as Entry;

  it("is read by Exchange's attributes where they are, by everybody's where not", () => {
    const plain = {
      cn: "Sal",
      mail: "Sal@Kommune.example",
      description: "Skærm",
      physicalDeliveryOfficeName: " Rådhuset ",
    };
    expect(adBookable(entry(plain), "room")).toEqual({
      ...{ guid: "01010101-0101-0101-0101-010101010101", kind: "room", name: "Sal", mail: "sal@kommune.example" },
      ...{ aliases: [], building: "Rådhuset", description: "Skærm", capacity: undefined },
    });
    const exchange = { ...plain, displayName: "Den store sal", msExchResourceCapacity: "40" };
    expect(
      adBookable(
        entry({
          ...exchange,
          msExchResourceDisplay: "Room,Video, Tavle",
          mail: [],
          proxyAddresses: ["SMTP:S@b.dk", "smtp:T@b.dk"],
        }),
        "room",
      ),
    ).toMatchObject({
      name: "Den store sal",
      capacity: 40,
      description: "Video, Tavle",
      mail: "s@b.dk",
      aliases: ["t@b.dk"],
    });
    expect(adBookable(entry({ cn: "Sal", msExchResourceCapacity: "mange" }), "equipment")).toMatchObject({
      ...{ mail: undefined, capacity: undefined, description: undefined },
    });
  });

  it("is looked for where people are when no place is given", () => {
    const people = [{ baseDn: "OU=A,DC=x", filter: "(a=b)" }];
    const rooms = { baseDns: [], filter: "(r=1)" };
    expect(bookableSearches({ people, bookables: { rooms } })).toEqual([
      { kind: "room", baseDn: "OU=A,DC=x", filter: "(r=1)" },
    ]);
    const equipment = { baseDns: ["OU=B,DC=x", "OU=C,DC=x"], filter: "(e=1)" };
    expect(bookableSearches({ people, bookables: { equipment } }).map(({ kind, baseDn }) => [kind, baseDn])).toEqual([
      ["equipment", "OU=B,DC=x"],
      ["equipment", "OU=C,DC=x"],
    ]);
    expect(bookableSearches({ people, bookables: undefined })).toEqual([]);
  });

  it("stays known while it cannot be read, and is the same object as long as nothing changes", () => {
    const one = afterReading(undefined, { bookables: new Map([[room.guid, room]]), bookablesProblem: undefined });
    expect(afterReading(one, { bookables: new Map([[room.guid, { ...room }]]), bookablesProblem: undefined })).toBe(
      one,
    );
    expect(afterReading(one, { bookables: undefined, bookablesProblem: "nej" })).toEqual({
      found: [room],
      problem: "nej",
    });
    expect(afterReading(undefined, { bookables: undefined, bookablesProblem: "nej" }).found).toBeUndefined();
  });
});

describe("which of them can be booked", () => {
  it("is who has an address of its own", () => {
    const { resources, unusable } = usableBookables([room], new Map());
    expect(resources).toEqual([
      {
        ...{ id: `ad-${guid(1)}`, kind: "room", displayName: 'Sal "Ærø"', mail: "sal@kommune.example", concurrent: 1 },
        ...{ aliases: ["sal2@kommune.example"], building: "Rådhuset", description: "Skærm", capacity: 8 },
        ...{ readers: [], senders: [], bookers: [] },
      },
    ]);
    expect(isBookableId(resources[0]?.id ?? "")).toBe(true);
    expect(isBookableId("ad-hoc")).toBe(false);
    expect(unusable).toEqual([]);
  });

  it("is not who has none, a broken one, or another's; a further address that is taken is left out", () => {
    const { resources, unusable } = usableBookables(
      [
        { ...room, guid: guid(5), name: "Tom", mail: undefined },
        { ...room, guid: guid(4), name: "Brudt", mail: "sal" },
        { ...room, guid: guid(3), name: "Dobbelt" },
        { ...room, guid: guid(2), name: "Optaget", mail: "moede-1@kommune.example" },
        room,
      ],
      new Map([
        ["moede-1@kommune.example", '"Mødelokale 1" in the stack file'],
        ["sal2@kommune.example", "a person"],
      ]),
    );
    expect(resources.map(({ displayName, aliases }) => [displayName, aliases])).toEqual([['Sal "Ærø"', []]]);
    expect(unusable).toEqual([
      {
        name: "Optaget",
        why: 'its address in AD, "moede-1@kommune.example", is that of "Mødelokale 1" in the stack file',
      },
      { name: "Dobbelt", why: 'its address in AD, "sal@kommune.example", is that of "Sal "Ærø""' },
      { name: "Brudt", why: 'its address in AD, "sal", is none that mail can be sent to' },
      { name: "Tom", why: "it has no mail address in AD" },
    ]);
  });
});
