import { expect, test } from "vitest";
import { poolsExhausted } from "./network.ts";

test.each([
  "could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network",
  "all predefined address pools have been fully subnetted",
])("tells what to set when the engine says: %s", (reason) => {
  const { message = "" } = poolsExhausted("planb-ringsted-edge", reason) ?? {};
  expect(message).toMatch(
    /^creating network planb-ringsted-edge: .*\/etc\/docker\/daemon\.json.*default-address-pools/,
  );
  expect(message).toContain('"size": 24');
  expect(message).toContain(reason);
});

test("leaves other refusals as they are", () => {
  expect(poolsExhausted("x", "network with name x already exists")).toBeUndefined();
});
