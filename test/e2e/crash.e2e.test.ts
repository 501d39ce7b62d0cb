import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Clerk } from "./support/clerk.ts";
import { eventually, openRunning, planb, type RunningStack, steward } from "./support/demo.ts";
import { Staff } from "./support/staff.ts";

describe("a process dies", () => {
  let stack: RunningStack;
  let staff: Staff;
  let clerk: Clerk;

  beforeAll(async () => {
    stack = await openRunning();
    staff = new Staff(stack);
    clerk = await staff.hire("historie.styrt", "Inger-Lise", "Bæk Nielsen-Næstved");
    await steward(stack, "sync");
    await clerk.logIn();
  });
  afterAll(() => staff.dismissAll());

  it.each(["steward", "directory", "portal", "edge", "database", "sso"])(
    "%s killed: back by itself, nothing lost",
    async (workload) => {
      const { RestartCount: before } = await stack.engine.inspect(workload);
      const killed = Date.now();
      await stack.engine.crash(workload);
      await stack.engine.healthy(workload, 120, killed);
      expect((await stack.engine.inspect(workload)).RestartCount).toBe(before + 1);
      // The same second factor: it was not asked to enrol anew, for the seed is the first one's.
      const seed = clerk.seed;
      await eventually(async () => expect((await clerk.logIn()).page.body).toContain("Inger-Lise"), 60, 2000);
      expect(clerk.seed).toBe(seed);
    },
  );

  it("the services killed all at once: back by themselves, and every journey through them works", async () => {
    const killed = Date.now();
    const services = ["access", "mail", "filter", "mailbox", "lists", "groupware", "files"];
    await Promise.all(services.map((workload) => stack.engine.crash(workload)));
    await Promise.all(services.map((workload) => stack.engine.healthy(workload, 120, killed)));
    const run = await planb("probe", stack.outputs.stack, "--json");
    expect(run.exitCode, run.stdout).toBe(0);
  });
});
