import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ListsStack, person, type Taken } from "./testing/stack.ts";

const domain = "liste.kommune.example";
const [klara, chef] = [person("clerk", "Klara Kontor"), person("chef", "Charlotte Chef")];
const team = { name: "team", title: "Team", owners: ["G-Chefer"], maxMessageKiB: 16 };
const other = { name: "svar", title: "Svar", owners: ["G-Chefer"], archive: "none", replies: "list" };
const stack = new ListsStack({ domain, lists: [team, other] }, "lists-keeping");
const roles = { member: [klara, chef], owner: [chef], moderator: [] };
const stranger = "fremmed@andet.example";

let ids = 0;
const send = async (list: string, from: string, subject: string, more: readonly string[] = [], text = "Hej") => {
  const lines = [`From: ${from}`, `To: ${list}@${domain}`, `Subject: ${subject}`, `Message-ID: <${++ids}@x.example>`];
  const rest = ["MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "", text, ""];
  expect((await stack.post(from, `${list}@${domain}`, [...lines, ...more, ...rest].join("\n"))).code).toBe(0);
};
const copies = (taken: readonly Taken[], subject: string) =>
  taken.filter((one) => one.subject.endsWith(`] ${subject}`));
const comes = (subject: string) => stack.until((taken) => copies(taken, subject).flatMap(({ to }) => to).length >= 2);
const archive = async () => (await stack.ask("/liste/team/arkiv", klara)).text;
const held = async (subject: string) => {
  const page = async () => (await stack.ask("/liste/team/godkend", chef)).text;
  await expect.poll(page, { timeout: 30_000 }).toContain(`>${subject}</h2>`);
  const text = await page();
  const from = text.slice(text.indexOf(`>${subject}</h2>`));
  return { text: from, request: /name="mail" value="([0-9]+)"/.exec(from)?.[1] ?? "" };
};

beforeAll(async () => {
  await stack.start();
  expect((await stack.tell({ team: roles, svar: roles })).status).toBe(200);
}, 600_000);
afterAll(() => stack.remove(), 60_000);

describe("what a moderator decides", { timeout: 90_000 }, () => {
  it("is told to the sender in Danish, with the reason", async () => {
    await send("team", stranger, "Tilbud");
    const { request } = await held("Tilbud");
    const grund = "Vi køber ikke ved døren, men tak.";
    const done = await stack.ask("/liste/team/godkend", chef, { mail: request, valg: "afvis", grund });
    expect(done.headers["location"]).toBe("/liste/team/godkend?besked=reject");
    const refusal = (taken: readonly Taken[]) =>
      taken.find(({ to, subject }) => to.includes(stranger) && subject === 'Afvist af mailinglisten "Team"');
    const told = refusal(await stack.until((taken) => refusal(taken) !== undefined));
    expect(told?.text).toContain(grund);
    expect(told?.text).toContain('Din mail med emnet "Tilbud"');
    expect(told?.text).not.toMatch(/\b(you|your|the|no reason)\b/i);
    expect(copies(await stack.taken(), "Tilbud")).toEqual([]);
  });

  it("is asked for where a member's mail is too large", async () => {
    await send("team", klara.address, "Stor", [], "x".repeat(78).concat("\n").repeat(300));
    const { text, request } = await held("Stor");
    expect(text).toMatch(/Mailen er (for stor|større end de tilladte 16 KB)/);
    await stack.ask("/liste/team/godkend", chef, { mail: request, valg: "godkend" });
    await comes("Stor");
  });
});

describe("what the stack file says of a list", { timeout: 240_000 }, () => {
  it("sends answers to the list, and keeps nothing, where it says so", async () => {
    await send("svar", klara.address, "Til alle");
    const [first] = copies(await comes("Til alle"), "Til alle");
    expect(first?.content).toMatch(/^Reply-To: .*svar@liste\.kommune\.example/im);
    await send("team", klara.address, "Efter");
    await comes("Efter");
    await expect.poll(archive, { timeout: 30_000 }).toContain("Efter");
    expect(await stack.sql("select count(*) from planb.message where list = 'svar'")).toBe("0");
    expect((await stack.ask("/liste/svar/arkiv", klara)).status).toBe(403);
    expect((await stack.ask("/liste/svar", klara)).text).toContain("Denne liste gemmer ikke, hvad der er sendt.");
  });

  it("keeps a mail as long as it is here, whatever its sender's clock says", async () => {
    await send("team", klara.address, "Forkert ur", ["Date: Tue, 06 Jan 2009 10:00:00 +0100"]);
    await comes("Forkert ur");
    await expect.poll(archive, { timeout: 30_000 }).toContain("Forkert ur");
    await stack.sql("update planb.message set arrived_at = now() - interval '1826 days' where subject like '%Efter'");
    await stack.sql("delete from planb.daily");
    await expect.poll(archive, { timeout: 90_000, interval: 2000 }).not.toContain("Efter");
    expect(await archive()).toContain("Forkert ur");
  });

  it("is kept where the list is taken out and put back: members and archive, though what is too old goes meanwhile", async () => {
    await stack.ask("/liste/team/medlemmer", chef, { adresse: "ude@andet.example", navn: "Ude" });
    expect((await stack.ask("/liste/team/afmeld", klara, {})).status).toBe(303);
    await stack.change({ domain, lists: [other] });
    expect((await stack.ask("/liste/team", chef)).status).toBe(404);
    expect((await stack.tell({ svar: roles })).status).toBe(200);
    await stack.sql("update planb.message set arrived_at = now() - interval '1826 days' where subject like '%Stor'");
    await stack.sql("delete from planb.daily");
    const left = () => stack.sql("select count(*) from planb.message where subject like '%Stor'");
    await expect.poll(left, { timeout: 90_000, interval: 2000 }).toBe("0");
    await stack.change({ domain, lists: [team, other] });
    expect((await stack.tell({ team: roles, svar: roles })).status).toBe(200);
    const members = (await stack.ask("/liste/team/medlemmer", chef)).text;
    expect(members).toContain("ude@andet.example");
    expect(members).not.toContain(klara.address);
    expect((await stack.ask("/liste/team/arkiv", chef)).text).toContain("Forkert ur");
    await send("team", chef.address, "Igen");
    const taken = await comes("Igen");
    expect(
      copies(taken, "Igen")
        .flatMap(({ to }) => to)
        .sort(),
    ).toEqual([chef.address, "ude@andet.example"]);
  });

  it("is no news to the page of a member whose mail came back: one button sends again", async () => {
    await stack.sql(`update preferences set delivery_status = 3 where id = (select m.preferences_id from member m
      join address a on a.id = m.address_id where a.email = '${chef.address}' and m.list_id = 'team.${domain}' and m.role = 1)`);
    await stack.sql("update member set last_bounce_received = now(), bounce_score = 3");
    expect((await stack.ask("/liste/team", chef)).text).toContain("så de er sat på pause");
    const again = await stack.ask("/liste/team/send-igen", chef, {});
    expect(again.headers["location"]).toBe("/liste/team?besked=igen");
    expect((await stack.ask("/liste/team?besked=igen", chef)).text).not.toContain("så de er sat på pause");
  });
});
