import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { words } from "./support/clerk.ts";
import { eventually, openRunning, planb, type RunningStack, steward } from "./support/demo.ts";
import { Staff } from "./support/staff.ts";

interface LoginState {
  readonly guid: string;
  readonly uid: string;
  readonly state: string;
}

describe("what happens in the existing AD happens here", () => {
  let stack: RunningStack;
  let staff: Staff;
  const loginState = async (uid: string) =>
    JSON.parse(await steward(stack, "login-state", uid, "--json")) as LoginState;

  beforeAll(async () => {
    stack = await openRunning();
    staff = new Staff(stack);
  });
  afterAll(() => staff.dismissAll());

  it("a password changed there: the old one is refused, the new one accepted after a pass", async () => {
    const clerk = await staff.hire("historie.kode", "Bodil", "Skifter");
    await steward(stack, "sync");
    await clerk.logIn();
    await staff.admin("password", "historie.kode", "Efter-Skiftet-2026");
    await steward(stack, "sync");
    expect(words((await clerk.sendPassword()).page)).toMatch(/er forkert/);
    clerk.password = "Efter-Skiftet-2026";
    expect((await clerk.logIn()).page.body).toContain("Bodil Skifter");
  });

  it("disabled there: out of the open session within a pass and 60 s, and not let in again", async () => {
    const clerk = await staff.hire("historie.lukket", "Gry", "Lukkes");
    await steward(stack, "sync");
    const { journey } = await clerk.logIn();
    expect((await journey.open(`${stack.start}/`)).body).toContain("Gry Lukkes");
    await staff.admin("disable", "historie.lukket");
    // No command: the steward's own pass (30 s) has to notice.
    await eventually(
      async () => {
        const page = await journey.open(`${stack.start}/`);
        expect(page.url.origin, "sent to the login").toBe(stack.login);
      },
      90,
      2000,
    );
    expect(words((await clerk.sendPassword()).page)).toMatch(/konto er lukket/);
    await staff.admin("enable", "historie.lukket");
    await steward(stack, "sync");
    await eventually(async () => expect((await clerk.logIn()).page.body).toContain("Gry Lukkes"), 30);
  });

  it("renamed and moved there: the same account, the same second factor", async () => {
    const clerk = await staff.hire("historie.navn", "Lærke", "Før");
    await steward(stack, "sync");
    await clerk.logIn();
    const before = await loginState("historie.navn");
    await staff.admin("rename", "historie.navn", "Lærke", "Efter, Høj");
    await staff.admin("move", "historie.navn", "Borgerservice");
    await staff.admin("relogin", "historie.navn", "historie.efter");
    staff.renamed("historie.navn", "historie.efter");
    await steward(stack, "sync");
    const after = await loginState("historie.efter");
    expect(after.guid).toBe(before.guid);
    const renamed = staff.known("historie.efter", clerk.password);
    renamed.seed = clerk.seed;
    await eventually(async () => expect((await renamed.logIn()).page.body).toContain("Lærke Efter, Høj"), 45);
  });

  it("emptied there: the guard holds, everybody stays, until a human agrees", async () => {
    // Of a run that was broken off.
    await staff.admin("empty-unit", "Bulk").catch(() => undefined);
    await steward(stack, "sync").catch(() => steward(stack, "approve-removal"));
    await staff.admin("bulk", "12");
    await steward(stack, "sync");
    expect((await loginState("b00007")).state).toBe("ok");
    await staff.admin("empty-unit", "Bulk");
    await expect(steward(stack, "sync")).rejects.toThrow(/held/);
    expect((await loginState("b00007")).state).toBe("ok");
    const status = await planb("status", "demo", "--json");
    expect(status.stdout).toMatch(/held/);
    expect(await steward(stack, "approve-removal")).toMatch(/approved: 12/);
    expect((await loginState("b00007").catch(() => ({ state: "deleted" }))).state).toBe("deleted");
  });
});
