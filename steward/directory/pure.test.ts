import { describe, expect, it } from "vitest";
import { adGroup, adPerson, extendedDn } from "./ad-entries.ts";
import { htmlSheets, newCode, textSheets } from "./codes.ts";
import { coverage } from "./coverage.ts";
import { type Copy, deletedPerson, desiredCopy, lockedForGood, nextCrossing, type Source } from "./desired.ts";
import { attributeChanges, comparableDn, plan } from "./diff.ts";
import { byPerson, flatten } from "./flatten.ts";
import { judge } from "./guard.ts";
import { groupId, guidBytes, guidOf } from "./guid.ts";
import { doubtsPassword, fromGeneralizedTime, generalizedTime, mustErase } from "./passwords.ts";
import { afterPass, takenRecently, withPending } from "./progress.ts";
import { type AccountFacts, fileTime, fromFileTime, loginState } from "./state.ts";

const now = new Date("2026-03-01T12:00:00Z");
const hour = 3_600_000;
const at = (offsetHours: number): bigint => fileTime(new Date(now.getTime() + offsetHours * hour));
const facts: AccountFacts = {
  control: 512,
  computed: 0,
  accountExpires: 0x7fffffffffffffffn,
  pwdLastSet: at(-24),
  passwordExpires: at(24),
  lockoutTime: 0n,
};
const guid = (n: number): string => `00000000-0000-4000-8000-${n.toString(16).padStart(12, "0")}`;

describe("guid", () => {
  it("reads the first three fields little-endian and writes them back", () => {
    const bytes = Buffer.from("33221100554477668899aabbccddeeff", "hex");
    expect(guidOf(bytes)).toBe("00112233-4455-6677-8899-aabbccddeeff");
    expect(guidBytes("00112233-4455-6677-8899-aabbccddeeff")).toEqual(bytes);
    expect(groupId("00112233-4455-6677-8899-aabbccddeeff")).toBe("g001122334455");
    expect(() => guidOf(Buffer.alloc(15))).toThrow("16 bytes");
  });
});

describe("login state", () => {
  it.each([
    ["ok", {}],
    ["disabled", { control: 514, computed: 0x10 }],
    ["accountExpired", { accountExpires: at(-1) }],
    ["ok", { accountExpires: at(1) }],
    ["ok", { accountExpires: 0n }],
    ["locked", { computed: 0x10 }],
    ["ok", { computed: 0, lockoutTime: at(-99) }],
    ["locked", { computed: undefined, lockoutTime: at(-1) }],
    ["mustChange", { pwdLastSet: 0n, computed: 0x800000 }],
    ["expired", { computed: 0x800000 }],
    ["expired", { passwordExpires: at(-1) }],
    ["ok", { control: 512 | 0x10000, pwdLastSet: 0n, computed: 0x800000 }],
  ] as const)("is %s for %o", (state, change) => {
    expect(loginState({ ...facts, ...change }, now)).toBe(state);
  });
  it("turns file times into moments and back", () => {
    expect(fromFileTime(fileTime(now))).toEqual(now);
    expect(fileTime(new Date("1970-01-01T00:00:00Z"))).toBe(116444736000000000n);
  });
});

describe("nested groups", () => {
  const isPerson = (id: string): boolean => id.startsWith("p");
  const group = (id: string, members: string[]) => [id, { guid: id, members }] as const;
  it("are flattened, cycles cut, strangers left out", () => {
    const flat = flatten(
      new Map([
        group("a", ["p2", "b", "computer"]),
        group("b", ["p1", "c"]),
        group("c", ["p3", "a"]),
        group("self", ["self"]),
        group("outer", ["a", "p1"]),
      ]),
      isPerson,
    );
    expect(Object.fromEntries(flat)).toEqual({
      a: ["p1", "p2", "p3"],
      b: ["p1", "p2", "p3"],
      c: ["p1", "p2", "p3"],
      self: [],
      outer: ["p1", "p2", "p3"],
    });
    expect(byPerson(flat).get("p3")).toEqual(["a", "b", "c", "outer"]);
  });
});

describe("entries of AD", () => {
  it("become people, with what does not fit dropped", () => {
    const person = adPerson({
      dn: "<GUID=x>;CN=Åse",
      objectGUID: guidBytes(guid(1)),
      distinguishedName: `<GUID=${guid(1)}>;<SID=S-1-5-21-1-2-3-1104>;CN=Ærø\\, Åse,OU=It,DC=x`,
      sAMAccountName: "aase",
      cn: "Ærø, Åse",
      mail: "Aase@Ringsted.dk",
      proxyAddresses: ["SMTP:Aase@Ringsted.dk", "smtp:ærø@ringsted.dk", "smtp:Aase.A@ringsted.dk", "x500:/o=x"],
      telephoneNumber: "+45 57 62 – 63",
      sn: [],
      userAccountControl: "512",
      pwdLastSet: "0",
    });
    expect(person).toMatchObject({ guid: guid(1), dn: "CN=Ærø\\, Åse,OU=It,DC=x", uid: "aase" });
    expect(person.attributes).toMatchObject({
      sn: ["Ærø, Åse"],
      displayName: ["Ærø, Åse"],
      mail: ["aase@ringsted.dk"],
      planbMailAlias: ["aase.a@ringsted.dk"],
      telephoneNumber: ["+45 57 62  63"],
      title: [],
    });
    expect(person.facts).toMatchObject({ control: 512, computed: undefined, pwdLastSet: 0n });
  });
  it("become groups whose members are known by GUID", () => {
    const sid = Buffer.concat([
      Buffer.from("010500000000000515000000", "hex"),
      Buffer.alloc(12),
      Buffer.from([1, 2, 0, 0]),
    ]);
    const members = [`<GUID=${guid(7)}>;<SID=S-1>;CN=a,DC=x`, "CN=without,DC=x"];
    const entry = { dn: "CN=G", objectGUID: guidBytes(guid(2)), objectSid: sid, cn: 'Løn, "ny"' };
    expect(adGroup(entry, members)).toEqual({
      guid: guid(2),
      dn: "CN=G",
      name: 'Løn, "ny"',
      mail: undefined,
      rid: 513,
      members: [guid(7)],
    });
    expect(extendedDn("CN=plain,DC=x")).toEqual({ guid: undefined, dn: "CN=plain,DC=x" });
  });
});

const source = (people: number[], groups: Record<number, number[]>, change: Partial<AccountFacts> = {}): Source => ({
  people: new Map(
    people.map((n) => [
      guid(n),
      {
        guid: guid(n),
        dn: `CN=p${n},DC=x`,
        uid: `p${n}`,
        primaryGroup: 513,
        facts: { ...facts, ...change },
        attributes: { cn: [`p${n}`], sn: ["x"], mail: [`p${n}@x.dk`] },
      },
    ]),
  ),
  groups: new Map(
    Object.entries(groups).map(([n, members]) => {
      const id = guid(Number(n));
      return [
        id,
        { guid: id, dn: `CN=g${n},DC=x`, name: `g${n}`, mail: undefined, rid: 513, members: members.map(guid) },
      ];
    }),
  ),
});
const copyOf = (from: Source, primary = false): Copy => desiredCopy(from, "dc=planb", primary, now);

describe("the copy", () => {
  it("names entries by GUID and writes membership on both sides", () => {
    const { people, groups } = copyOf(source([1, 2], { 9: [1] }));
    expect(people.get(guid(1))).toEqual({
      dn: `planbGuid=${guid(1)},ou=people,dc=planb`,
      attributes: {
        cn: ["p1"],
        sn: ["x"],
        mail: ["p1@x.dk"],
        uid: ["p1"],
        seeAlso: ["CN=p1,DC=x"],
        o: ["ad"],
        planbMemberOf: [groupId(guid(9))],
        planbState: ["ok"],
        planbPwdLastSet: [at(-24).toString()],
        pwdEndTime: [],
      },
    });
    expect(groups.get(guid(9))?.attributes["member"]).toEqual([`planbGuid=${guid(1)},ou=people,dc=planb`]);
  });
  it("counts the primary group where asked", () => {
    expect(copyOf(source([1, 2], { 9: [1] }), true).groups.get(guid(9))?.attributes["member"]).toHaveLength(2);
  });
  it("locks who is disabled, and only then takes the login away", () => {
    const before = copyOf(source([1, 2], {}));
    const after = copyOf(source([1, 2], {}, { control: 514 }));
    const todo = plan(before, after);
    expect(todo.takenAway).toEqual([guid(1), guid(2)]);
    expect(todo.people[0]).toMatchObject({
      kind: "modify",
      changes: [
        { type: "planbState", values: ["disabled"] },
        { type: "pwdEndTime", values: [lockedForGood] },
      ],
    });
    expect(plan(after, before).givenBack).toEqual([guid(1), guid(2)]);
    expect(plan(before, copyOf(source([1, 2], {}, { computed: 0x10 }))).takenAway).toEqual([]);
  });
  it("keeps who is gone, locked and without name and address, once", () => {
    const before = copyOf(source([1, 2], { 9: [1, 2] }));
    const should = copyOf(source([1], { 9: [1] }));
    const todo = plan(before, should);
    expect(todo.takenAway).toEqual([guid(2)]);
    const [gone] = todo.people;
    expect(gone?.kind === "modify" && gone.entry.attributes).toMatchObject({
      uid: [`p2~${guid(2).slice(0, 8)}`],
      mail: [],
      planbMemberOf: [],
      planbState: ["deleted"],
    });
    const entry = before.people.get(guid(2));
    if (!entry) throw new Error("no entry");
    const marked = deletedPerson(guid(2), entry);
    const again = plan({ ...should, people: new Map([...should.people, [guid(2), marked]]) }, should);
    expect(again).toEqual({ people: [], groups: [], takenAway: [], givenBack: [], removedGroups: [] });
  });
  it("takes from the pass before what has not changed, and only that", () => {
    const first = source([1, 2, 3], { 9: [1, 2] });
    const copy = copyOf(first);
    const [, two] = [...first.people.values()];
    if (!two) throw new Error("no person");
    const changed = { ...two, attributes: { ...two.attributes, title: ["Ny"] } };
    const second = { ...first, people: new Map([...first.people, [guid(2), changed]]) };
    const again = desiredCopy(second, "dc=planb", false, now, { source: first, copy });
    expect(again).toEqual(copyOf(second));
    expect(again.people.get(guid(1))).toBe(copy.people.get(guid(1)));
    expect(plan(copy, again).people).toMatchObject([{ guid: guid(2), changes: [{ type: "title", values: ["Ny"] }] }]);

    const later = new Date(now.getTime() + 48 * hour);
    expect(desiredCopy(first, "dc=planb", false, later, { source: first, copy })).toEqual(
      desiredCopy(first, "dc=planb", false, later),
    );
    expect(nextCrossing(first, now)).toEqual(new Date(now.getTime() + 24 * hour));

    const regrouped = source([1, 2, 3], { 9: [1, 3] });
    const mixed = { people: first.people, groups: regrouped.groups };
    expect(desiredCopy(mixed, "dc=planb", false, now, { source: first, copy })).toEqual(copyOf(mixed));
    const fewer = { ...first, people: new Map([...first.people].slice(1)) };
    expect(desiredCopy(fewer, "dc=planb", false, now, { source: first, copy })).toEqual(copyOf(fewer));
  });
  it("moves an entry without renaming it", () => {
    const before = copyOf(source([1], {}));
    const moved = source([1], {});
    const [person] = moved.people.values();
    if (!person) throw new Error("no person");
    const after = copyOf({ ...moved, people: new Map([[guid(1), { ...person, dn: "CN=new,OU=y,DC=x" }]]) });
    expect(plan(before, after).people).toMatchObject([
      { kind: "modify", changes: [{ type: "seeAlso", values: ["CN=new,OU=y,DC=x"] }] },
    ]);
  });
});

describe("differences", () => {
  it("of long lists are told value by value", () => {
    const many = Array.from({ length: 40 }, (_, n) => `v${String(n).padStart(2, "0")}`);
    expect(attributeChanges({ member: many }, { member: [...many.slice(1), "w"] })).toEqual([
      { operation: "delete", type: "member", values: ["v00"] },
      { operation: "add", type: "member", values: ["w"] },
    ]);
    expect(attributeChanges({ a: ["x"] }, { a: [] })).toEqual([{ operation: "replace", type: "a", values: [] }]);
  });
  it("are none between two spellings of a DN", () => {
    expect(comparableDn("CN=S\\C3\\B8ren\\2C x,DC=a")).toBe(comparableDn("cn=Søren\\, x,dc=A"));
    expect(attributeChanges({ seeAlso: ["cn=a\\2Cb,dc=x"] }, { seeAlso: ["CN=a\\,b,DC=x"] })).toEqual([]);
    expect(attributeChanges({ seeAlso: ["cn=a,dc=x"] }, { seeAlso: ["CN=b,DC=x"] })).toHaveLength(1);
  });
});

describe("the guard", () => {
  const removals = (people: number, known: number, recentPeople = 0, groups = 0, bookables = 0) => ({
    people: Array.from({ length: people }, (_, n) => guid(n)),
    groups: Array.from({ length: groups }, (_, n) => guid(1000 + n)),
    bookables: Array.from({ length: bookables }, (_, n) => guid(2000 + n)),
    known: { people: known, groups: 100, bookables: 20 },
    recentPeople,
  });
  const none = new Set<string>();
  it.each([
    [true, removals(0, 0)],
    [true, removals(10, 100)],
    [false, removals(11, 100)],
    [true, removals(1, 3)],
    [false, removals(2, 3)],
    [false, removals(6, 95, 5)],
    [true, removals(0, 90, 10)],
    [false, removals(0, 100, 0, 11)],
    [true, removals(0, 100, 0, 0, 2)],
    [false, removals(0, 100, 0, 0, 3)],
  ])("says %s to %o", (ok, what) => {
    expect(judge(what, 10, none).ok).toBe(ok);
  });
  it("lets pass what was approved, and no more", () => {
    const approved = new Set(removals(40, 100).people);
    expect(judge(removals(40, 100), 10, approved).ok).toBe(true);
    expect(judge(removals(60, 100), 10, approved).ok).toBe(false);
    expect(judge(removals(1, 100), 0, none).ok).toBe(false);
  });
  it("adds up the passes of a day", () => {
    const progress = afterPass({}, now, { takenAway: 5, agreed: false });
    expect(takenRecently(progress, new Date(now.getTime() + 23 * hour))).toBe(5);
    expect(takenRecently(progress, new Date(now.getTime() + 25 * hour))).toBe(0);
    expect(takenRecently(afterPass(progress, now, { takenAway: 2, agreed: false }), now)).toBe(7);
  });
  it("counts anew once an operator has agreed", () => {
    const progress = afterPass({}, now, { takenAway: 5, agreed: false });
    expect(takenRecently(afterPass(progress, now, { takenAway: 1, agreed: true }), now)).toBe(1);
  });
});

describe("stored passwords", () => {
  const stored = { known: true, origin: "ad", at: now } as const;
  it("learnt from AD go with every change there, local ones only for a newer one", () => {
    expect(mustErase({ ...stored, known: false }, at(1), "ok")).toBe(false);
    expect(mustErase(stored, at(-5), "ok")).toBe(true);
    expect(mustErase({ ...stored, origin: undefined }, at(-5), "ok")).toBe(true);
    expect(mustErase({ ...stored, origin: "local" }, at(-5), "ok")).toBe(false);
    expect(mustErase({ ...stored, origin: "local" }, at(5), "ok")).toBe(true);
    expect(mustErase({ ...stored, origin: "local" }, 0n, "mustChange")).toBe(false);
    expect(mustErase({ ...stored, origin: "local" }, at(-5), "deleted")).toBe(true);
  });
  it("are doubted when AD's changed or is no longer good", () => {
    const before = { pwdLastSet: "1", state: "ok" };
    expect(doubtsPassword(before, { pwdLastSet: "1", state: "locked" })).toBe(false);
    expect(doubtsPassword(before, { pwdLastSet: "2", state: "ok" })).toBe(true);
    expect(doubtsPassword(before, { pwdLastSet: "1", state: "expired" })).toBe(true);
  });
  it("carry LDAP times", () => {
    expect(generalizedTime(now)).toBe("20260301120000Z");
    expect(fromGeneralizedTime("20260301120000.123456Z")).toEqual(now);
    expect(fromGeneralizedTime("today")).toBeUndefined();
  });
});

describe("the login service", () => {
  it("is told the newer order", () => {
    const first = withPending({}, ["a", "b"], []);
    expect(withPending(first, ["c"], ["a"]).pending).toEqual({ lock: ["b", "c"], unlock: ["a"] });
  });
});

describe("coverage", () => {
  it("counts who may log in, per group too", () => {
    const copy = copyOf(source([1, 2, 3], { 9: [1, 2] }));
    const settings = { targetPercent: 50, groups: ["G9", "CN=g9,DC=x", "nobody"] };
    const shown = coverage(copy, new Set([guid(1)]), settings);
    expect(shown).toMatchObject({ total: 3, known: 1, percent: 33, reached: false, unknownGroups: ["nobody"] });
    expect(shown.groups).toMatchObject([
      { total: 2, known: 1, percent: 50, reached: true },
      { total: 2, known: 1 },
    ]);
  });
});

describe("activation codes", () => {
  const lines = [
    { displayName: "Åse <b>", uid: "aase", department: "Økonomi", code: "AAAA-BBBB-CCCC" },
    { displayName: "Bo", uid: "bo", department: "Borgerservice", code: "1111-2222-3333" },
  ];
  const text = { municipality: "Ringsted", loginUrl: "https://start.x.dk", expires: now, made: now };
  it("look the same always and never twice", () => {
    const codes = new Set(Array.from({ length: 500 }, newCode));
    expect(codes.size).toBe(500);
    for (const code of codes) expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}$/);
  });
  it("are printed a page a department, in Danish", () => {
    const printed = textSheets(lines, text);
    expect(printed.split("\f")).toHaveLength(2);
    expect(printed.indexOf("Borgerservice")).toBeLessThan(printed.indexOf("Økonomi"));
    expect(printed).toContain("senest 1. marts 2026");
    const page = htmlSheets(lines, text);
    expect(page).toContain("Åse &lt;b&gt;");
    expect(page).toContain('lang="da"');
  });
});
