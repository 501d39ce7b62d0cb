import { describe, expect, it } from "vitest";
import { makeBookables } from "./bookables.ts";
import type { Bookable } from "./settings.ts";

const room = (id: string): Bookable => ({
  ...{ id, kind: "room", name: id, addresses: [`${id}@kommune.example`], features: [], concurrent: 1, bookers: [] },
});
const [declared, first, second] = [room("moede-1"), room("ad-1"), room("ad-2")];

/** A list over a directory whose answers are given one after another. */
function world(answers: readonly (readonly Bookable[] | Error)[], known: readonly Bookable[] = []) {
  const told: string[][] = [];
  const lines: string[] = [];
  const left = [...answers];
  const bookables = makeBookables({
    ...{
      declared: [declared],
      known,
      doors: { tokens: { "moede-1": "doer-1" }, key: "n" },
      log: (line) => lines.push(line),
    },
    askCopied: async () => {
      const answer = left.shift() ?? [];
      if (answer instanceof Error) throw answer;
      return answer;
    },
    declare: async (all) => void told.push(all.map(({ id }) => id)),
  });
  return { bookables, told, lines, ids: () => bookables.all().map(({ id }) => id) };
}

describe("the list of what can be booked", () => {
  it("follows the directory, and tells SOGo only of changes", async () => {
    const { bookables, told, ids } = world([[first], [first], [first, second], []]);
    for (const expected of [["ad-1"], ["ad-1"], ["ad-1", "ad-2"], []]) {
      await bookables.refresh();
      expect(ids()).toEqual(["moede-1", ...expected]);
    }
    expect(told).toEqual([["moede-1", "ad-1"], ["moede-1", "ad-1", "ad-2"], ["moede-1"]]);
  });

  it("keeps what it knew, from before its start too, while the directory is away, and says so once", async () => {
    const { bookables, told, lines, ids } = world([new Error("væk"), new Error("væk"), [first]], [first]);
    for (let n = 0; n < 3; n++) {
      await bookables.refresh();
      expect(ids()).toEqual(["moede-1", "ad-1"]);
    }
    expect(told).toEqual([]);
    expect(lines).toEqual(["rooms and equipment of the existing directory are not known anew: væk"]);
  });

  it("gives a copied room a screen whose address is the same at every start and told by nobody", async () => {
    const { bookables } = world([], [first, second]);
    const token = bookables.tokenOf(first) ?? "";
    expect(token).toMatch(/^[\w-]{24}$/);
    expect(world([], [first]).bookables.tokenOf(first)).toBe(token);
    expect(bookables.tokenOf(second)).not.toBe(token);
    expect(bookables.byToken(token)).toEqual(first);
    expect(bookables.byToken("doer-1")).toEqual(declared);
    expect(bookables.byToken("")).toBeUndefined();
  });
});
