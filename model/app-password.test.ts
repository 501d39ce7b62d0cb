import { describe, expect, it } from "vitest";
import { appPasswordFrom, derive, newAppPassword, parseAppPassword } from "./index.ts";

describe("app passwords", () => {
  it("have five groups of four, of which the first is the id", () => {
    const made = newAppPassword();
    expect(made.text).toMatch(/^([0-9a-hjkmnp-tv-z]{4}-){4}[0-9a-hjkmnp-tv-z]{4}$/);
    expect(made.text.startsWith(`${made.id}-`)).toBe(true);
    expect(made.canonical).toBe(made.text.replaceAll("-", ""));
    expect(newAppPassword().canonical).not.toBe(made.canonical);
  });

  it("are read as people type them", () => {
    const made = parseAppPassword("k3m9-0011-abcd-efgh-jkmn");
    expect(made).toEqual({ id: "k3m9", canonical: "k3m90011abcdefghjkmn", text: "k3m9-0011-abcd-efgh-jkmn" });
    expect(parseAppPassword(" K3M9 oOiL ABCD\tEFGH jkmn ")).toEqual(made);
    for (const other of ["", "Sommer-2026", "k3m9-0011-abcd-efgh-jkm", "k3m9-0011-abcd-efgh-jkmnp", "u".repeat(20)])
      expect(parseAppPassword(other)).toBeUndefined();
  });

  it("of a derived secret are always the same", () => {
    const derived = derive("m".repeat(43), "smoke/app-password/1");
    expect(appPasswordFrom(derived)).toEqual(appPasswordFrom(derived));
    expect(parseAppPassword(appPasswordFrom(derived).text)).toEqual(appPasswordFrom(derived));
    expect(() => appPasswordFrom("short")).toThrow("20 bytes");
  });
});
