import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { addressKey } from "../web/address.ts";
import { createLimiter } from "./limiter.ts";

const settings = { failures: 3, addressFailures: 5, minutes: 5 };
const seconds = async (limiter: ReturnType<typeof createLimiter>, person?: string, address?: string) => {
  const begun = await limiter.begin(person, address);
  return typeof begun === "number" ? begun : 0;
};

describe("the limiter", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("shuts a person out twice as long each time within a day, at most an hour", async () => {
    const limiter = createLimiter(settings);
    const waits: number[] = [];
    for (let round = 0; round < 6; round++) {
      for (let n = 0; n < 3; n++) expect(await seconds(limiter, "p")).toBe(0);
      const wait = await seconds(limiter, "p");
      waits.push(wait);
      vi.advanceTimersByTime(wait * 1000 + 1);
    }
    expect(waits).toEqual([300, 600, 1200, 2400, 3600, 3600]);
    expect(await seconds(limiter, "other")).toBe(0);
  });

  it("forgets a person's guesses after a right one, and charges nothing where nobody could check", async () => {
    const limiter = createLimiter(settings);
    for (let n = 0; n < 10; n++) {
      const attempt = await limiter.begin("p", "192.0.2.1");
      if (typeof attempt === "number") throw new Error("shut");
      await attempt.unchecked();
    }
    for (let n = 0; n < 10; n++) {
      for (let k = 0; k < 2; k++) expect(await seconds(limiter, "p")).toBe(0);
      const attempt = await limiter.begin("p", "192.0.2.1");
      if (typeof attempt === "number") throw new Error("shut");
      await attempt.right();
    }
  });

  it("keeps shut what was shut, though a try begun before was right", async () => {
    const limiter = createLimiter(settings);
    const first = await limiter.begin("p", undefined);
    for (let n = 0; n < 3; n++) await limiter.begin("p", undefined);
    if (typeof first === "number") throw new Error("shut");
    await first.right();
    expect(await seconds(limiter, "p")).toBeGreaterThan(0);
  });

  it("counts many at once as many", async () => {
    const limiter = createLimiter(settings);
    const all = await Promise.all(Array.from({ length: 20 }, () => seconds(limiter, "p", "192.0.2.1")));
    expect(all.filter((wait) => wait === 0)).toHaveLength(3);
  });

  it("knows an address in all its forms, and an IPv6 network as one", () => {
    expect(addressKey("::ffff:192.0.2.1")).toBe("192.0.2.1");
    expect(addressKey("192.0.2.1")).toBe("192.0.2.1");
    expect(addressKey("2001:db8:1:2::1")).toBe(addressKey("2001:0db8:1:2:ffff::9"));
    expect(addressKey("2001:db8:1:2::1")).not.toBe(addressKey("2001:db8:1:3::1"));
    for (const none of [undefined, "", "unknown", "mail.example"]) expect(addressKey(none)).toBeUndefined();
  });
});
