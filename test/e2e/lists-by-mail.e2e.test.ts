import { randomUUID } from "node:crypto";
import PostalMime from "postal-mime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Clerk } from "./support/clerk.ts";
import { eventually, openRunning, type RunningStack, steward } from "./support/demo.ts";
import { appPassword, fromOutside, type Letter, MailProgram, tidyMail } from "./support/mail.ts";
import { OtherServer } from "./support/other-server.ts";
import { Staff } from "./support/staff.ts";

const run = `historie-${randomUUID().slice(0, 8)}`;
const list = "kantinen@liste.kommune.example";
const domain = "andre.example";
const stranger = `gaest.${run}@${domain}`;
const alias = "kim.kontor@kommune.example";

describe("a mailing list, by mail alone", () => {
  let stack: RunningStack;
  let staff: Staff;
  let server: OtherServer | undefined;
  /** In Borgerservice, so an owner of the lists. */
  let owner: Clerk;
  let kim: MailProgram;
  let ejner: MailProgram;
  let ownerPages: Awaited<ReturnType<Clerk["logIn"]>>["journey"];
  let kimPages: Awaited<ReturnType<Clerk["logIn"]>>["journey"];
  let lists: string;

  beforeAll(async () => {
    stack = await openRunning();
    staff = new Staff(stack);
    lists = stack.origin("lister");
    server = await OtherServer.start(stack, domain);
    owner = await staff.hire("brev.ejner", "Ejner", "Ejer-Ærø");
    await staff.admin("add-member", "G-Borgerservice", owner.username);
    const clerk = await staff.hire("brev.kim", "Kim", "O'Kontor");
    await staff.admin("set", "brev.kim", "proxyAddresses", "SMTP:brev.kim@kommune.example", `smtp:${alias}`);
    await steward(stack, "sync");
    kim = new MailProgram(stack, "brev.kim@kommune.example", await appPassword(stack, clerk, "Postprogram"));
    ejner = new MailProgram(stack, "brev.ejner@kommune.example", await appPassword(stack, owner, "Postprogram"));
    ownerPages = (await owner.logIn()).journey;
    kimPages = (await clerk.logIn()).journey;
    await tidyList();
  });
  afterAll(async () => {
    await tidyList().catch(() => undefined);
    await server?.close();
    for (const word of [run, "Kantinen", list]) await tidyMail(stack, word);
    await staff.dismissAll();
  });

  const page = async (path: string) => ownerPages.open(`${lists}/liste/${path}`);
  /** Sends a form of the owner's page, as a browser without scripts does. @returns whether there was one */
  const press = async (path: string, form: string, fields: Readonly<Record<string, string>> = {}): Promise<boolean> => {
    const open = await page(path.includes("/") ? path : `kantinen/${path}`);
    const found = open.html.querySelector(form);
    if (found) await ownerPages.submit(open, found, fields);
    return found !== null;
  };
  /** Throws away what this story's runs have left on the list and to be approved. */
  const tidyList = async (): Promise<void> => {
    while (await press("medlemmer", 'form[action$="/tag-af"]:has(input[value^="gaest.historie-"])'));
    await decide("gaest.historie-", "nej");
    for (const name of ["kantinen", "personale"]) {
      const drop = { valg: "kassér" };
      while (await press(`${name}/godkend`, 'section:has(h2[id^="mail-"]) form', drop));
    }
  };
  /** Decides about those who would like to be on the list and whose address holds a word. @returns how many */
  const decide = async (word: string, answer: "ja" | "nej"): Promise<number> => {
    const open = await page("kantinen/godkend");
    const wishes = open.html
      .querySelectorAll('section[aria-labelledby="oensker"] li')
      .filter((wish) => wish.textContent.includes(word));
    for (const wish of wishes) {
      const form = wish.querySelector(`form:has(input[name="valg"][value="${answer}"])`);
      if (form) await ownerPages.submit(open, form, {});
    }
    return wishes.length;
  };
  /** Answers as mail programs do: to Reply-To, else to From. */
  const answerOf = async (text: string) => {
    const asked = await PostalMime.parse(text);
    const to = (asked.replyTo?.[0] ?? asked.from)?.address ?? "";
    return { to, subject: `Re: ${asked.subject}`, text: "ja", inReplyTo: asked.messageId ?? "" };
  };
  const words = async ({ text }: Letter) => (await PostalMime.parse(text)).text ?? "";
  const members = async () => (await page("kantinen/medlemmer")).body;

  it.each([
    ["Reply-To", { from: stranger, replyTo: "brev.ejner@kommune.example" }],
    ["Sender", { from: stranger, sender: "brev.ejner@kommune.example" }],
    ["a forged From", { from: "brev.ejner@kommune.example", envelope: { from: stranger } }],
  ])("holds what a stranger writes in an owner's name: %s", async (what, names) => {
    for (const name of ["kantinen", "personale"]) {
      const to = `${name}@liste.kommune.example`;
      const envelope = { from: stranger, to };
      const subject = `${run} ${name} ${what}`;
      await fromOutside(stack, { to, subject, text: "Køb nu", ...names, envelope });
      await eventually(async () => expect((await page(`${name}/godkend`)).body).toContain(subject), 30);
    }
    expect(await kim.letters(`${run} `)).toEqual([]);
  });

  it("has the people of a group whose name holds quotes, commas and spaces", async () => {
    const { body } = await page("kultur/medlemmer");
    for (const one of ["clerk", "sigdan11"]) expect(body).toContain(`${one}@kommune.example`);
    expect(body.match(/<td[^>]*>en gruppe<\/td>/g)).toHaveLength(2);
    await ejner.send({ to: "kultur@liste.kommune.example", subject: `${run} referat`, text: "Hej" });
    const found = `doveadm search -u clerk@kommune.example mailbox INBOX header subject '${run} referat'`;
    await eventually(async () => {
      const { stdout } = await stack.engine.exec("mailbox", ["bash", "-c", found]);
      expect(stdout.trim().split("\n").filter(Boolean)).toHaveLength(1);
    }, 30);
  });

  it("takes a clerk who confirms, in Danish, and knows the alias", async () => {
    await kim.send({ to: "kantinen-join@liste.kommune.example", subject: `${run} med`, text: "" });
    const asked = await kim.arrives("Bekræft, at du vil med");
    expect(await words(asked)).toMatch(/svar på denne mail/);
    await kim.send(await answerOf(asked.text));
    expect(await words(await kim.arrives("Velkommen til mailinglisten"))).toContain("kantinen-leave@");
    // The page takes over who joined by mail within a minute, and the steward tells at its next turn whose address it is.
    await eventually(async () => expect(await members()).toContain(kim.mail), 90, 2000);
    await staff.admin("set", "brev.kim", "title", "Assistent");
    await steward(stack, "sync");
    await eventually(async () => expect(await members()).toContain("O&#39;Kontor"), 30, 1000);
    await kim.send({ from: alias, to: list, subject: `${run} alias`, text: "Hej" });
    expect((await kim.arrives(`${run} alias`)).text).toMatch(/^Reply-To: .*kim\.kontor@/im);
  });

  it("lets a moderator decide about a stranger", async () => {
    await fromOutside(stack, { from: stranger, to: "kantinen-join@liste.kommune.example", subject: "med", text: "" });
    const got = () => server?.got(stranger) ?? Promise.resolve([]);
    const asked = await eventually(async () => {
      const found = (await got()).find((text) => text.includes("-confirm+"));
      if (found === undefined) throw new Error("nothing to confirm has come");
      return found.slice(found.search(/^Received: /m));
    }, 60);
    await fromOutside(stack, { from: stranger, ...(await answerOf(asked)) });
    expect(await members()).not.toContain(stranger);
    await eventually(async () => expect(await decide(stranger, "ja")).toBe(1), 60);
    // The page takes over within a minute whom Mailman has let in.
    await eventually(async () => expect(await members()).toContain(stranger), 90, 2000);
  });

  it("lets the clerk leave", async () => {
    await kim.send({ to: "kantinen-leave@liste.kommune.example", subject: `${run} af`, text: "" });
    await kim.send(await answerOf((await kim.arrives("Bekræft, at du vil af")).text));
    await kim.arrives("Du er ikke længere med");
    await eventually(async () => expect(await members()).not.toContain("O&#39;Kontor"), 90, 2000);
  });

  it("ends for who is disabled in AD: the open pages, and the list's mail", async () => {
    const front = await kimPages.open(`${lists}/liste/kantinen`);
    const join = front.html.querySelector('form[action$="/tilmeld"]');
    if (!join) throw new Error(`no way to join: ${front.body}`);
    await kimPages.submit(front, join, {});
    await staff.admin("disable", "brev.kim");
    await steward(stack, "sync");
    const open = async () => (await kimPages.open(`${lists}/liste/kantinen`)).url.origin;
    await eventually(async () => expect(await open()).toBe(stack.login), 60, 2000);
    await eventually(async () => expect(await members()).not.toContain("O&#39;Kontor"), 60, 2000);
    const { messageId } = await ejner.send({ to: list, subject: `${run} lukket`, text: "Hej" });
    await eventually(async () => {
      const come = (await server?.got(stranger))?.filter((text) => text.includes(messageId)) ?? [];
      expect(come.length).toBeGreaterThan(0);
    }, 60);
    await staff.admin("enable", "brev.kim");
    await steward(stack, "sync");
    expect(await kim.letters(`${run} lukket`)).toEqual([]);
    await eventually(async () => expect(await members()).toContain("O&#39;Kontor"), 90, 2000);
  });
});
