import { expect, it } from "vitest";
import { groupQuotas } from "./quotas.ts";

it("gives a group's largest quota, and names groups that are not here or here twice", () => {
  const ids = new Map([
    ["g-byg", ["g1"]],
    ["g-to", ["g2", "g3"]],
  ]);
  const quotas = ["G-Byg", "g-byg", "G-To", "G-Væk"].map((group, i) => ({ group, quotaMiB: 100 - i }));
  const { byId, missing } = groupQuotas(quotas, ids);
  expect([...byId]).toEqual([["g1", 100]]);
  expect(missing).toEqual([
    { group: "G-To", why: "ambiguous" },
    { group: "G-Væk", why: "unknown" },
  ]);
});
