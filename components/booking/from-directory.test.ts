import { describe, expect, it } from "vitest";
import { bookingConfig } from "./config.ts";
import { bookablesJson } from "./from-directory.ts";

const handed = (fromDirectory: object) => {
  const parsed = bookingConfig.parse({ fromDirectory }).fromDirectory;
  return parsed && JSON.parse(bookablesJson(parsed));
};

describe("rooms and equipment read from AD", () => {
  it("are none unless the stack file asks for them", () => {
    expect(bookingConfig.parse({}).fromDirectory).toBeUndefined();
    expect(bookingConfig.safeParse({ fromDirectory: {} }).error?.issues[0]?.message).toMatch(
      /leave `fromDirectory` out/,
    );
    expect(bookingConfig.safeParse({ fromDirectory: { cars: {} } }).success).toBe(false);
  });

  it("are what Exchange marks, all below a place, or what a filter says", () => {
    const baseDns = ["OU=Lokaler,DC=x"];
    expect(handed({ rooms: {}, equipment: {} })).toEqual({
      rooms: {
        baseDns: [],
        filter: "(|(msExchRecipientDisplayType=7)(msExchRecipientDisplayType=-2147481850))",
      },
      equipment: {
        baseDns: [],
        filter: "(|(msExchRecipientDisplayType=8)(msExchRecipientDisplayType=-2147481594))",
      },
    });
    expect(handed({ rooms: { baseDns } })).toEqual({ rooms: { baseDns, filter: "(objectClass=*)" } });
    expect(handed({ equipment: { filter: "(memberOf=CN=Biler,DC=x)" } })).toEqual({
      equipment: { baseDns: [], filter: "(memberOf=CN=Biler,DC=x)" },
    });
  });
});
