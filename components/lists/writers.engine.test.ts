import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ListsStack, person, type Taken, type TestPerson } from "./testing/stack.ts";

const [klara, chef, mona] = [
  person("clerk", "Klara Kontor"),
  person("chef", "Charlotte Chef"),
  person("mona", "Mona M"),
];
const domain = "liste.kommune.example";
const stack = new ListsStack(
  {
    domain,
    lists: [
      { name: "team", title: "Team", owners: ["G-Chefer"], moderators: ["G-M"] },
      { name: "nyt", title: "Nyt", kind: "announcement", owners: ["G-Chefer"], mayLeave: false },
      { name: "snak", title: "Snak", kind: "open", owners: ["G-Chefer"] },
      { name: "a", title: "A", kind: "open", owners: ["G-Chefer"] },
      { name: "b", title: "B", kind: "open", owners: ["G-Chefer"] },
    ],
  },
  "lists-writers",
);
const roles = (member: TestPerson[]) => ({ member, owner: [chef], moderator: [mona] });
const rosters = { team: roles([klara, chef]), nyt: roles([klara, chef]), snak: roles([]), a: roles([]), b: roles([]) };
const stranger = "fremmed@andet.example";

/** A letter of header lines. */
const letter = (to: string, subject: string, lines: readonly string[], text = "Hej") =>
  [
    ...[...lines, `To: ${to}@${domain}`, `Subject: ${subject}`, `Message-ID: <${to}.${subject}@x.example>`],
    ...["MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "", text, ""],
  ].join("\n");
let ids = 0;
const send = async (list: string, from: string, lines: readonly string[], subject = `s${++ids}`) => {
  const sent = await stack.post(from, `${list}@${domain}`, letter(list, subject, lines));
  expect([sent.code, sent.stderr]).toEqual([0, ""]);
  return subject;
};
const copies = (taken: readonly Taken[], subject: string) =>
  taken.filter((one) => one.subject.endsWith(`] ${subject}`));
const to = (taken: readonly Taken[], address: string) => taken.filter((one) => one.to.includes(address));
const held = async (list: string, subject: string) => {
  const seen = async () => (await stack.ask(`/liste/${list}/godkend`, mona)).text;
  await expect.poll(seen, { timeout: 30_000 }).toContain(`>${subject}</h2>`);
  expect(copies(await stack.taken(), subject)).toEqual([]);
  const page = await seen();
  return page.slice(page.indexOf(`>${subject}</h2>`)).split("</section>")[0] ?? "";
};
const sentOn = (subject: string, receivers: number) =>
  stack.until((taken) => copies(taken, subject).flatMap((one) => one.to).length >= receivers);

beforeAll(() => stack.start(), 600_000);
afterAll(() => stack.remove(), 60_000);

describe("who writes to a list", { timeout: 90_000 }, () => {
  it("is told by the steward, with the further addresses of the staff", async () => {
    const aliases = { "charlotte.chef@kommune.example": chef.address, "k.kontor@kommune.example": klara.address };
    expect((await stack.tell(rosters, [], undefined, aliases)).status).toBe(200);
  });

  const from = `From: ${stranger}`;
  it.each([
    ["Reply-To of an owner", stranger, [from, `Reply-To: ${chef.address}`], "ikke medlem"],
    ["Sender of an owner", stranger, [from, `Sender: ${chef.address}`], "ikke medlem"],
    ["envelope of an owner", chef.address, [from], "ikke medlem"],
    [
      "an owner's address as a name",
      stranger,
      [`From: =?utf-8?q?chef=40kommune.example=2C?= <${stranger}>`],
      "ikke medlem",
    ],
    ["an owner beside the stranger", stranger, [`From: ${stranger}, ${chef.address}`], "ikke klart"],
    ["two From", stranger, [from, `From: ${chef.address}`], "ikke klart"],
    ["a From that can be read in two ways", stranger, [`From: ${chef.address} <${stranger}>`], "ikke klart"],
    ["a forged From that the filter marked", stranger, [`From: ${chef.address}`, "X-Spam: Yes"], "mistænkelig"],
  ])("is not the owner whom a stranger names: %s", async (_, envelope, lines, why) => {
    for (const list of ["team", "nyt"]) expect(await held(list, await send(list, envelope, lines))).toContain(why);
  });

  it("is the same person under an alias: members, and owners on an announcement list", async () => {
    const member = await send("team", "k.kontor@kommune.example", ["From: Klara <K.Kontor@kommune.example>"]);
    const owner = await send("nyt", "charlotte.chef@kommune.example", ["From: <charlotte.chef@kommune.example>"]);
    for (const subject of [member, owner]) await sentOn(subject, 2);
    const moderated = await send("nyt", "k.kontor@kommune.example", ["From: k.kontor@kommune.example"]);
    expect(await held("nyt", moderated)).toContain("Kun ejere og moderatorer");
    // Nobody's alias any more.
    expect((await stack.tell(rosters)).status).toBe(200);
    const former = await send("team", "k.kontor@kommune.example", ["From: k.kontor@kommune.example"]);
    expect(await held("team", former)).toContain("ikke medlem");
  });

  it("may be a moderator who owns nothing: sends to an announcement list, and approves, but sees no members", async () => {
    await sentOn(await send("nyt", mona.address, [`From: ${mona.address}`]), 2);
    expect((await stack.ask("/liste/nyt/medlemmer", mona)).status).toBe(403);
    expect((await stack.ask("/liste/nyt/godkend", klara)).status).toBe(403);
  });
});

describe("joining and leaving by mail", { timeout: 120_000 }, () => {
  /** Answers a letter as mail programs do. */
  const answer = async (who: string, asked: Taken) => {
    const [, reply = ""] = /^From:\s+(\S+-confirm\+\S+)/im.exec(asked.content) ?? [];
    expect(reply, asked.content).toContain("-confirm+");
    const lines = [
      `From: ${who}`,
      `To: ${reply}`,
      `Subject: Re: ${asked.subject}`,
      `Message-ID: <re.${++ids}@x.example>`,
    ];
    expect((await stack.post(who, reply, [...lines, "", "ja", ""].join("\n"))).code).toBe(0);
  };
  const ask = (who: string, what: string) =>
    stack.post(who, `${what}@${domain}`, letter(what, `x${++ids}`, [`From: Nogen <${who}>`], ""));
  const told = async (who: string, subject: RegExp, nth = 1) => {
    const found = (taken: readonly Taken[]) => to(taken, who).filter((one) => subject.test(one.subject));
    return found(await stack.until((taken) => found(taken).length >= nth)).at(-1) as Taken;
  };

  it("takes the staff, once they have confirmed, with Danish words, and lets them leave the same way", async () => {
    const kim = person("kim", "Kim Kontor");
    await ask(kim.address, "snak-join");
    const asked = await told(kim.address, /Bekræft, at du vil med/);
    expect(asked.text).toContain("svar på denne mail");
    expect(asked.text).not.toMatch(/\b(you|your|the)\b/i);
    await answer(kim.address, asked);
    const welcome = await told(kim.address, /^Velkommen til mailinglisten "Snak"/);
    expect(welcome.text).toContain("snak-leave@liste.kommune.example");
    expect((await stack.tell(rosters)).status).toBe(200);
    expect((await stack.ask("/liste/snak/medlemmer", chef)).text).toContain(kim.address);
    await sentOn(await send("snak", kim.address, [`From: ${kim.address}`]), 1);
    await ask(kim.address, "snak-leave");
    await answer(kim.address, await told(kim.address, /Bekræft, at du vil af/));
    await told(kim.address, /Du er ikke længere med/);
    expect((await stack.tell(rosters)).status).toBe(200);
    expect((await stack.ask("/liste/snak/medlemmer", chef)).text).not.toContain(kim.address);
    expect(to(await stack.taken(), "snak-owner@liste.kommune.example")).toEqual([]);
  });

  it("asks a moderator about a stranger, also on a list that is open", async () => {
    await ask(stranger, "snak-subscribe");
    await answer(stranger, await told(stranger, /Bekræft, at du vil med/));
    const notice = await told("snak-owner@liste.kommune.example", /Snak: fremmed@andet\.example vil gerne med/);
    expect(notice.text).toContain("venter på dig");
    expect((await stack.tell(rosters)).status).toBe(200);
    expect((await stack.ask("/liste/snak/medlemmer", chef)).text).not.toContain(stranger);
    const page = (await stack.ask("/liste/snak/godkend", mona)).text;
    const [, oenske = ""] = /name="oenske" value="([0-9a-f]+)"/.exec(page) ?? [];
    expect(page).toContain("Vil gerne med");
    expect((await stack.ask("/liste/snak/oensker", mona, { oenske, valg: "ja" })).status).toBe(303);
    expect((await stack.ask("/liste/snak/medlemmer", chef)).text).toContain(stranger);
    await told(stranger, /^Velkommen/);
  });

  it("ends what somebody asked by mail when an owner puts them on meanwhile", async () => {
    const asker = "utaalmodig@andet.example";
    await ask(asker, "snak-join");
    await told(asker, /Bekræft, at du vil med/);
    await stack.ask("/liste/snak/medlemmer", chef, { adresse: asker, navn: "U" });
    await told(asker, /^Velkommen/);
    expect((await stack.tell(rosters)).status).toBe(200);
    expect((await stack.ask("/liste/snak/medlemmer", chef)).text).toContain(asker);
  });

  it("takes no list as a member: by mail, nor from an owner, who is told why", async () => {
    await ask(klara.address, "snak-join");
    await told(klara.address, /Bekræft/);
    const request = [
      "From: Klara <clerk@kommune.example>",
      `To: snak-request@${domain}`,
      "Subject: join address=nyt@liste.kommune.example",
    ];
    await stack.post(
      klara.address,
      `snak-request@${domain}`,
      [...request, "Message-ID: <j@x.example>", "", ""].join("\n"),
    );
    expect((await told(klara.address, /^Svar på det/)).text).toContain(
      `En liste kan ikke være med på en liste: nyt@${domain}`,
    );
    expect(to(await stack.taken(), `nyt@${domain}`)).toEqual([]);
    const added = await stack.ask("/liste/snak/medlemmer", chef, { adresse: `A@${domain}`, navn: "A" });
    expect(added.headers["location"]).toBe("/liste/snak/medlemmer?besked=liste");
    expect((await stack.ask("/liste/snak/medlemmer?besked=liste", chef)).text).toContain(
      "En liste kan ikke være med på en liste",
    );
  });
});

describe("two lists on each other", { timeout: 90_000 }, () => {
  it("end at the second: a letter is never sent by a list twice", async () => {
    // As before addresses of lists were refused.
    for (const [list, other] of [
      ["a", "b"],
      ["b", "a"],
    ] as const) {
      const subscriber = `${list}-${other}@kommune.example`;
      await stack.mailman("POST", "/members", {
        ...{ list_id: `${list}.${domain}`, subscriber, display_name: "", send_welcome_message: "false" },
        ...{ pre_verified: "true", pre_confirmed: "true", pre_approved: "true" },
      });
      await stack.sql(`update address set email = '${other}@${domain}' where email = '${subscriber}'`);
    }
    expect((await stack.tell({ ...rosters, a: roles([klara]), b: roles([klara]) })).status).toBe(200);
    const subject = await send("a", chef.address, [`From: ${chef.address}`], "ring");
    /** What a list sent to another is taken there, as the mail server would bring it. */
    const bring = async (list: string, other: string) => {
      const sent = (taken: readonly Taken[]) =>
        to(copies(taken, subject), `${other}@${domain}`).filter((one) => one.from.startsWith(`${list}-bounces`));
      const [first] = sent(await stack.until((taken) => sent(taken).length > 0));
      const content = (first?.content ?? "").replaceAll("\r\n", "\n");
      expect((await stack.post(`${list}-bounces@${domain}`, `${other}@${domain}`, content)).code).toBe(0);
    };
    await bring("a", "b");
    await bring("b", "a");
    await sentOn(await send("a", chef.address, [`From: ${chef.address}`]), 2);
    const received = to(copies(await stack.taken(), subject), klara.address).map((one) => one.from.split("@")[0]);
    expect(received.map((one) => one?.split("+")[0]).sort()).toEqual(["a-bounces", "b-bounces"]);
  });
});
