import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pauseAd, startAd, stopAd, unpauseAd } from "../fixtures/existing-ad/index.ts";
import { words } from "./support/clerk.ts";
import { eventually, openRunning, type RunningStack, steward } from "./support/demo.ts";
import { Staff } from "./support/staff.ts";

interface Sheets {
  readonly count: number;
  readonly text: string;
}

const group = "G-Historie Aktivering";
const codePattern = /[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}/g;

describe("the existing AD is gone", () => {
  let stack: RunningStack;
  let staff: Staff;

  beforeAll(async () => {
    stack = await openRunning();
    staff = new Staff(stack);
  });
  afterAll(async () => {
    await unpauseAd(staff.container).catch(() => undefined);
    await startAd(staff.container);
    await staff.admin("delete-group", group).catch(() => undefined);
    await staff.dismissAll();
  });

  it("lets in whom it has seen, refuses a wrong password, and takes an activation code from the others", async () => {
    const seen = await staff.hire("historie.set", "Åse", "Set-Før");
    const unseen = await staff.hire("historie.uset", "Søren", "Aldrig Set");
    await staff.admin("add-group", group);
    await staff.admin("add-member", group, "historie.uset");
    await steward(stack, "sync");
    const { page } = await seen.logIn();
    expect(page.body).toContain("Åse Set-Før");

    await stopAd(staff.container);
    expect((await seen.logIn()).page.body).toContain("Åse Set-Før");
    expect(words((await seen.sendPassword("forkert kode")).page)).toMatch(/er forkert/);
    expect(words((await unseen.sendPassword()).page)).toMatch(/kendes ikke her endnu.*aktiveringskode/);

    const sheets = JSON.parse(await steward(stack, "codes", group, "--json")) as Sheets;
    expect(sheets.count).toBe(1);
    const [code = ""] = sheets.text.match(codePattern) ?? [];
    const inside = await unseen.logIn({ password: code, newPassword: "Ny kode med blåbær 7" });
    expect(inside.page.body).toContain("Søren Aldrig Set");
    expect(words((await unseen.sendPassword(code)).page), "a code works once").toMatch(/forkert/);
    expect((await unseen.logIn()).page.body).toContain("Søren Aldrig Set");
    await startAd(staff.container);
  });

  it("does not wait for an AD that hangs", async () => {
    const seen = await staff.hire("historie.haenger", "Øyvind", 'D\'Angelo "Nisse"');
    await steward(stack, "sync");
    // AD was off a moment ago: the shadow directory looks every 2 s whether it answers.
    await eventually(() => seen.logIn(), 30, 2000);
    await pauseAd(staff.container);
    expect((await seen.logIn()).page.body).toContain("D&#39;Angelo &quot;Nisse&quot;");
    expect(words((await seen.sendPassword("forkert kode")).page)).toMatch(/er forkert/);
    await unpauseAd(staff.container);
  });
});
