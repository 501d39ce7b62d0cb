import { randomUUID } from "node:crypto";
import PostalMime from "postal-mime";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type ClerkBrowser, openBrowser } from "./support/browser.ts";
import type { Clerk } from "./support/clerk.ts";
import { eventually, openRunning, type RunningStack, steward } from "./support/demo.ts";
import { appPassword, MailProgram, tidyMail } from "./support/mail.ts";
import { OtherServer } from "./support/other-server.ts";
import { Staff } from "./support/staff.ts";

const run = `historie-${randomUUID().slice(0, 8)}`;
const list = "kantinen@liste.kommune.example";
const domain = "modtager.example";
const gone = `vaek.${run}@${domain}`;
const neighbour = `nabo.${run}@${domain}`;

describe("mail of a list that comes back from another server", () => {
  let stack: RunningStack;
  let staff: Staff;
  let server: OtherServer | undefined;
  /** In Borgerservice, so an owner of the list. */
  let owner: Clerk;
  let olga: MailProgram;
  /** Her browser without scripts; the other is the one looked at. */
  let journey: Awaited<ReturnType<Clerk["logIn"]>>["journey"];
  let browser: ClerkBrowser;
  let members: string;
  let letters = 0;

  beforeAll(async () => {
    stack = await openRunning();
    staff = new Staff(stack);
    members = `${stack.origin("lister")}/liste/kantinen/medlemmer`;
    server = await OtherServer.start(stack, domain);
    owner = await staff.hire("retur.olga", "Olga", "Ejer-Ærø");
    await staff.admin("add-member", "G-Borgerservice", owner.username);
    await steward(stack, "sync");
    olga = new MailProgram(stack, "retur.olga@kommune.example", await appPassword(stack, owner, "Postprogram"));
    ({ journey } = await owner.logIn());
    // What a run that was killed left behind.
    await takeOff();
    for (const [adresse, navn] of [
      [gone, "Vagn Væk"],
      [neighbour, "Nana Nabo"],
    ] as const) {
      expect(await send('form[action$="/medlemmer"]', { adresse, navn })).toContain("Adressen er sat på listen.");
    }
    browser = await openBrowser(stack.outputs.caPem);
    await browser.logIn(stack.start, owner, "Olga Ejer-Ærø");
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === "fail") await browser?.picture(`failed-${task.id}`);
  });
  afterAll(async () => {
    await takeOff().catch(() => undefined);
    await browser?.close();
    await server?.close();
    for (const word of [run, "Kantinen"]) await tidyMail(stack, word);
    await staff.dismissAll();
  });

  /** Sends a form of the members' page as a browser without scripts does. @returns the page that follows */
  const send = async (form: string, fields: Readonly<Record<string, string>>): Promise<string> => {
    const page = await journey.open(members);
    const found = page.html.querySelector(form);
    if (!found) throw new Error(`no ${form}: ${page.body}`);
    return (await journey.submit(page, found, fields)).body;
  };
  /** Takes everybody off the list whom a story has put there, and who would be counted with these. */
  const takeOff = async (): Promise<void> => {
    for (let page = await journey.open(members); ; page = await journey.open(members)) {
      const form = page.html.querySelector(`form[action$="/tag-af"]:has(input[value*="historie-"])`);
      if (!form) return;
      await journey.submit(page, form, {});
    }
  };
  const other = (): OtherServer => {
    if (server === undefined) throw new Error("the other server did not start");
    return server;
  };
  /** What the engine has counted for the address: days with a refusal, and whether it sends no more. */
  const counted = async (): Promise<string> => {
    const query = `select m.bounce_score, p.delivery_status is not distinct from 3 from member m
      join address a on a.id = m.address_id join preferences p on p.id = m.preferences_id where a.email = '${gone}'`;
    return sql(query);
  };
  const sql = async (query: string): Promise<string> => {
    const psql = ["/usr/lib/postgresql/17/bin/psql", "-XAtq", "-h", "/run/postgresql", "-d", "lists", "-c", query];
    const { code, stdout, stderr } = await stack.engine.exec("database", psql);
    if (code !== 0) throw new Error(stderr);
    return stdout.trim();
  };
  /** How many refusals of the address wait for being looked at, and how many have been. */
  const waiting = `select count(*) filter (where not processed), count(*) filter (where processed) from bounceevent
    where email = '${gone}'`;
  /** Lets a week go by for what has been counted: a day counts once, however much comes back on it. */
  const aWeekGoes = () => sql("update member set last_bounce_received = last_bounce_received - interval '7 days'");
  /** Writes to the list; done when the neighbour's copy has come. @returns its sign, and the neighbour's copy */
  const write = async (): Promise<{ id: string; copy: string }> => {
    const letter = { to: list, subject: `${run} brev ${++letters}`, text: "Dagens ret er æbleflæsk." };
    const { messageId: id } = await olga.send(letter);
    const come = async () => {
      const copy = (await other().got(neighbour)).find((text) => text.includes(id));
      if (copy === undefined) throw new Error(`"${letter.subject}" has not come to ${neighbour}`);
      return { id, copy };
    };
    return eventually(come, 60, 500);
  };

  it("counts once a day", async () => {
    await other().refuse(gone);
    const { copy } = await write();
    expect(copy).toContain(`sender: kantinen-bounces+${neighbour.replace("@", "=")}@liste.kommune.example`);
    await eventually(async () => expect(await counted()).toBe("1|f"), 120, 1000);
    await write();
    await eventually(async () => expect(await other().refusals(gone)).toBe(2), 60, 500);
    await eventually(async () => expect(await sql(waiting)).toBe("0|2"), 120, 1000);
    expect(await counted()).toBe("1|f");
  });

  it("sets the address on pause after three days, and tells the owners in Danish", async () => {
    for (const want of ["2|f", "0|t"]) {
      await aWeekGoes();
      await write();
      await eventually(async () => expect(await counted()).toBe(want), 120, 1000);
    }
    const told = await olga.arrives("Kantinen: mails til");
    expect(told.text).toContain(gone);
    expect((await PostalMime.parse(told.text)).text).toMatch(/derfor\s+sender vi ikke flere/);
    // The refusal itself, in the other server's words.
    expect(told.text).toContain("User unknown");
    const before = await other().refusals(gone);
    await write();
    await new Promise((resolve) => setTimeout(resolve, 4000));
    expect(await other().refusals(gone)).toBe(before);
  });

  it("is shown to the owner, who lets the list send again once the address is right", async () => {
    const { page } = browser;
    await page.goto(members);
    await page.getByText("1 adresse er sat på pause").waitFor();
    const row = page.getByRole("row", { name: /Vagn Væk/ });
    expect(await row.textContent()).toContain("Sat på pause: mails kom retur");
    await browser.picture("lists-paused");
    await other().refuse();
    await page.getByRole("button", { name: "Send igen til Vagn Væk" }).click();
    await page.getByText("Adressen får mails fra listen igen.").waitFor();
    expect(await page.content()).not.toContain("Sat på pause");
    const { id } = await write();
    const copies = async () => (await other().got(gone)).filter((text) => text.includes(id));
    await eventually(async () => expect(await copies()).toHaveLength(1), 60, 500);
  });

  it("is told to a member on the list's page, who has mails sent again by a button", async () => {
    const { page } = browser;
    await page.goto(`${stack.origin("lister")}/liste/kantinen`);
    await page.getByRole("button", { name: /Tilmeld mig/ }).click();
    await page.getByText("Du er nu med på Kantinen.").waitFor();
    // As after three days on which her mailbox was full for good.
    const hers = `from address a where a.id = m.address_id and a.email = '${olga.mail}' and m.list_id like 'kantinen.%'`;
    await sql(`update member m set bounce_score = 0, last_bounce_received = now() ${hers} and m.role = 1`);
    await sql(`update preferences p set delivery_status = 3 from member m, address a where p.id = m.preferences_id
      and a.id = m.address_id and a.email = '${olga.mail}' and m.list_id like 'kantinen.%' and m.role = 1`);
    await page.reload();
    await page.getByText("så de er sat på pause").waitFor();
    await browser.picture("lists-paused-member");
    await page.getByRole("button", { name: "Send til mig igen" }).click();
    await page.getByText("Du får mails fra listen igen.").waitFor();
    await browser.picture("lists-resumed-member");
    expect(await page.content()).not.toContain("sat på pause");
    await write();
    await olga.arrives(`${run} brev ${letters}`);
  });
});
