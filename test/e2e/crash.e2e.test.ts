import { parse } from "node-html-parser";
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
      // Who had connections to the database makes new ones: journeys of all services work again.
      if (workload === "database") {
        const probe = async () => expect((await planb("probe", stack.outputs.stack, "--json")).exitCode).toBe(0);
        await eventually(probe, 75);
      }
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

  it("a service stopped: the start page says so, and says when it runs again", async () => {
    const { journey } = await clerk.logIn();
    const shown = async () => {
      const rows = parse((await journey.open(`${stack.start}/`)).body).querySelectorAll(".rows li");
      const files = rows.find((row) => row.querySelector("h3")?.textContent === "Filer");
      return files?.querySelector(".state")?.textContent;
    };
    await eventually(async () => expect(await shown()).toBe("Kører"), 90, 2000);
    await stack.engine.container("files").stop();
    try {
      // Found in the steward's next round, a minute later at most.
      await eventually(async () => expect(await shown()).toBe("Svarer ikke"), 100, 2000);
    } finally {
      await stack.engine.container("files").start();
    }
    await stack.engine.healthy("files");
    await eventually(async () => expect(await shown()).toBe("Kører"), 60, 2000);
  });
});
