import { randomUUID } from "node:crypto";
import Docker from "dockerode";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runInside } from "../../platform/docker/inside.ts";
import type { Journey, Page } from "../../probes/journey.ts";
import type { Clerk } from "./support/clerk.ts";
import { DavProgram } from "./support/dav.ts";
import { openRunning, type RunningStack, steward } from "./support/demo.ts";
import { appPassword, fromOutside, MailProgram, tidyMail } from "./support/mail.ts";
import { Staff } from "./support/staff.ts";

const login = "historie.grupper";
const run = `historie-${randomUUID().slice(0, 8)}`;
const place = "OU=Grupper,OU=Kommune,DC=kommune,DC=lan";
/** DNs of groups with names as municipalities give them: AD's cn holds at most 64 characters. */
const groups = Array.from(
  { length: 60 },
  (_, n) => `CN=Historie ${n}\\2C \\22sager & møder\\22 om børn\\2C unge på Ærø,${place}`,
);
const removal = groups.map((group) => `dn: ${group}\nchangetype: delete\n`);

describe("a clerk in 60 groups", () => {
  let stack: RunningStack;
  let staff: Staff;
  let clerk: Clerk;
  let journey: Journey;
  let home: Page;

  beforeAll(async () => {
    stack = await openRunning();
    staff = new Staff(stack);
    // What a run that was killed left behind.
    await atOnce(removal).catch(() => undefined);
    clerk = await staff.hire(login, "Mange", "Grupper-Ærø");
    await staff.admin("add-member", "G-Borgerservice", login);
    const dn = await staff.admin("dn", login);
    const kind = (n: number) => `objectClass: group\nsAMAccountName: historie-gruppe-${n}\ngroupType: -2147483646`;
    await atOnce(groups.map((group, n) => `dn: ${group}\nchangetype: add\n${kind(n)}\nmember: ${dn}\n`));
    await steward(stack, "sync");
    ({ journey, page: home } = await clerk.logIn());
  });
  afterAll(async () => {
    await atOnce(removal);
    await tidyMail(stack, run);
    await staff.dismissAll();
  });

  /** Changes many entries of AD in one go, where a call for each would take minutes. */
  async function atOnce(entries: readonly string[]): Promise<void> {
    const script = 'ldbmodify -H /state/ad/private/sam.ldb <(printf %s "$1")';
    const container = new Docker().getContainer(staff.container);
    const { code, stderr } = await runInside(container, ["bash", "-c", script, "-", entries.join("\n")]);
    if (code !== 0) throw new Error(stderr);
  }

  it("comes to the start page, and to every service behind it without a second login", async () => {
    expect(home.body).toContain("Mange Grupper-Ærø");
    for (const [host, path, shown] of [
      ["filer", "/", "Borgerservice"],
      ["lister", "/", "Borgerservice"],
      ["kalender", "/SOGo/", "SOGo"],
    ] as const) {
      const page = await journey.open(`${stack.origin(host)}${path}`);
      expect([host, page.status, page.url.origin]).toEqual([host, 200, stack.origin(host)]);
      expect(page.body, host).toContain(shown);
    }
  });

  it("is known there by all of them", async () => {
    const asked = await stack.engine.exec("directory", [
      ...["ldapsearch", "-Q", "-LLL", "-Y", "EXTERNAL", "-H", "ldapi://%2Frun%2Fslapd%2Fldapi", "-b", "dc=planb"],
      ...[`(uid=${login})`, "planbMemberOf"],
    ]);
    expect(asked.stdout.match(/^planbMemberOf:/gm)?.length).toBeGreaterThanOrEqual(61);
  });

  it("reads mail, calendar and files with programs", async () => {
    const mail = new MailProgram(stack, `${login}@kommune.example`, await appPassword(stack, clerk, "Mail"));
    const letter = { from: "fru.fremmed@example.net", to: mail.mail, subject: run, text: "Rødgrød" };
    await fromOutside(stack, letter);
    await mail.arrives(run);
    await mail.send({ ...letter, from: mail.mail, subject: `${run} svar` });
    await mail.arrives(`${run} svar`);
    const program = new DavProgram(stack, login, await appPassword(stack, clerk, "Telefon", "dav"));
    expect((await program.ask("PROPFIND", "/SOGo/dav/")).status).toBe(207);
    const folders = await program.ask("PROPFIND", `${stack.origin("filer")}/dav/`);
    expect(folders.status).toBe(207);
    expect(decodeURIComponent(folders.text)).toContain("Borgerservice");
    await program.close();
  });
});
