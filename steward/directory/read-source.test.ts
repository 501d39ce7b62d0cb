import { describe, expect, it } from "vitest";
import type { AdSession } from "./ad.ts";
import type { AdPerson } from "./ad-entries.ts";
import { type Mark, mayContinue, readDelta, readFull } from "./read-source.ts";

const now = new Date("2026-03-01T12:00:00Z");
const later = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);
const rhythm = { fullEverySeconds: 86_400, compareEverySeconds: 120 };
const person = (guid: string): AdPerson => ({
  guid,
  dn: `CN=${guid}`,
  uid: guid,
  primaryGroup: 0,
  attributes: {},
  facts: { control: 512, computed: 0, accountExpires: 0n, pwdLastSet: 1n, passwordExpires: 0n, lockoutTime: 0n },
});

/** A controller with these people in reach; `hidden` are left out of listings, though they are there. */
function controller(usn: bigint, there: string[], changedGuids: string[] = [], hidden: string[] = []): AdSession {
  return {
    url: "ldaps://dc1",
    identity: "dc1/a",
    usn,
    seesDeleted: false,
    bookables: undefined,
    bookablesProblem: undefined,
    async *people(since) {
      for (const guid of there)
        if (!hidden.includes(guid) && (since === undefined || changedGuids.includes(guid))) yield person(guid);
    },
    async *groups() {},
    changed: async () => new Set(changedGuids),
    ids: async () => new Set(there.filter((guid) => !hidden.includes(guid))),
    lookUp: async (guids) => new Map(guids.filter((guid) => there.includes(guid)).map((guid) => [guid, person(guid)])),
    stillThere: async (guids) => new Set(guids.filter((guid) => there.includes(guid))),
    close: async () => undefined,
  };
}
const source = (guids: string[]) => ({ people: new Map(guids.map((guid) => [guid, person(guid)])), groups: new Map() });
const mark: Mark = { url: "ldaps://dc1", identity: "dc1/a", usn: 10n, fullAt: now, comparedAt: now, comparedUsn: 10n };

describe("a full reading", () => {
  it("asks once more for what a page left out", async () => {
    const entry = { dn: "x", attributes: { planbState: ["ok"] } };
    const known = {
      people: new Map([
        ["a", entry],
        ["b", entry],
        ["c", entry],
      ]),
      groups: new Map(),
    };
    const reading = await readFull(controller(10n, ["a", "b"], [], ["b"]), known, now);
    expect([...reading.source.people.keys()]).toEqual(["a", "b"]);
    expect(reading).toMatchObject({ kind: "full", found: 1, read: 1 });
  });
});

describe("a delta", () => {
  it("drops who is a room from now on, though nothing of the account has changed", async () => {
    const room = { guid: "b", kind: "room", name: "B", mail: "b@x.dk", aliases: [] } as const;
    const more = { building: undefined, description: undefined, capacity: undefined };
    const session = { ...controller(10n, ["a"]), bookables: new Map([["b", { ...room, ...more }]]) };
    const reading = await readDelta(session, source(["a", "b"]), mark, rhythm, [], now);
    expect([...reading.source.people.keys()]).toEqual(["a"]);
    expect(reading.changed).toBe(true);
  });

  it("drops who changed and is no longer in reach", async () => {
    const reading = await readDelta(
      controller(12n, ["a"], ["a", "b"]),
      source(["a", "b"]),
      mark,
      rhythm,
      [],
      later(30),
    );
    expect([...reading.source.people.keys()]).toEqual(["a"]);
    expect(reading.mark).toMatchObject({ usn: 12n, comparedUsn: 10n });
  });
  it("finds a deletion by the ids when their time has come, though nothing changed since the last pass", async () => {
    const first = await readDelta(controller(12n, ["a"]), source(["a", "b"]), mark, rhythm, [], later(30));
    expect([...first.source.people.keys()]).toEqual(["a", "b"]);
    const second = await readDelta(controller(12n, ["a"]), first.source, first.mark, rhythm, [], later(121));
    expect([...second.source.people.keys()]).toEqual(["a"]);
    expect(second.mark).toMatchObject({ comparedUsn: 12n, comparedAt: later(121) });
  });
  it("keeps whom a listing left out but who is there", async () => {
    const reading = await readDelta(
      controller(12n, ["a", "b"], [], ["b"]),
      source(["a", "b"]),
      mark,
      rhythm,
      [],
      later(121),
    );
    expect([...reading.source.people.keys()]).toEqual(["a", "b"]);
    expect(reading.found).toBe(1);
  });
  it("follows only on the same database of the same controller, and not for ever", () => {
    const there = controller(12n, []);
    expect(mayContinue(mark, there, rhythm, later(60))).toBe(true);
    expect(mayContinue(undefined, there, rhythm, later(60))).toBe(false);
    expect(mayContinue(mark, { ...there, identity: "dc1/b" }, rhythm, later(60))).toBe(false);
    expect(mayContinue(mark, { ...there, usn: 9n }, rhythm, later(60))).toBe(false);
    expect(mayContinue(mark, there, rhythm, later(86_401))).toBe(false);
  });
});
