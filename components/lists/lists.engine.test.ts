import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ListsStack, person, type Taken } from "./testing/stack.ts";

const [klara, kaj, chef, anna] = [
  person("clerk", "Klara Kontor"),
  person("kollega", "Kaj O'Kollega"),
  person("chef", 'Charlotte "Lotte" Chef'),
  person("anna", "Åse Ærø"),
];
const stack = new ListsStack({
  domain: "liste.kommune.example",
  lists: [
    { name: "team", title: 'Team "Æ", 1', description: "Til <alle> & enhver", owners: ["G-Chefer"] },
    { name: "nyt", title: "Nyt", kind: "announcement", owners: ["G-Chefer"], archive: "staff", mayLeave: false },
    { name: "snak", title: "Snak", kind: "open", owners: ["G-Chefer"] },
  ],
});
const mail = (from: string, subject: string, id: string, text = "Hej med jer") =>
  [
    ...[
      `From: ${from}`,
      "To: team@liste.kommune.example",
      `Subject: =?utf-8?B?${Buffer.from(subject).toString("base64")}?=`,
      `Message-ID: <${id}@x.example>`,
    ],
    ...["Date: Tue, 24 Nov 2026 10:00:00 +0100", "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8"],
    ...["Content-Transfer-Encoding: 8bit", "", text, ""],
  ].join("\n");
const about = (taken: readonly Taken[], subject: string) => taken.filter((one) => one.subject.endsWith(`] ${subject}`));
const receivers = (taken: readonly Taken[]) => taken.flatMap(({ to }) => to).sort();
const rosters = {
  team: { member: [klara, kaj], owner: [chef], moderator: [] },
  nyt: { member: [klara, kaj, chef], owner: [chef], moderator: [] },
  snak: { member: [], owner: [chef], moderator: [] },
};

beforeAll(() => stack.start(), 600_000);
afterAll(() => stack.remove(), 60_000);

describe("lists", { timeout: 90_000 }, () => {
  it("lets only the steward tell who is on a list", async () => {
    expect((await stack.tell(rosters, [], "wrong")).status).toBe(403);
    expect((await stack.ask("/api/people")).status).toBe(403);
    expect((await stack.tell(rosters)).status).toBe(200);
  });

  it("takes mail only from the mail server's certificate, and only for lists that are", async () => {
    const foreign = await stack.post(
      klara.address,
      "team@liste.kommune.example",
      mail(klara.address, "x", "f1"),
      "steward",
    );
    expect(foreign.code).not.toBe(0);
    const unknown = await stack.post(
      klara.address,
      "findes-ikke@liste.kommune.example",
      mail(klara.address, "x", "f2"),
    );
    expect(unknown.stderr).toMatch(/550/);
  });

  it("sends a member's mail to each member once, as the list", async () => {
    const sent = await stack.post(
      klara.address,
      "team@liste.kommune.example",
      mail(`Klara <${klara.address}>`, "Kaffe", "m1"),
    );
    expect([sent.code, sent.stderr]).toEqual([0, ""]);
    const taken = about(await stack.until((all) => receivers(about(all, "Kaffe")).length >= 2), "Kaffe");
    expect(receivers(taken)).toEqual([klara.address, kaj.address].sort());
    const [first] = taken;
    expect(first?.from).toMatch(/^team-bounces/);
    expect(first?.content).toMatch(/^From: .*via_Team.*\s+<team@liste\.kommune\.example>/m);
    expect(first?.content).toMatch(/^List-Unsubscribe: /m);
    expect(first?.content).toMatch(/^List-Id: /m);
    expect(first?.content).toMatch(/^Reply-To: .*clerk@kommune\.example/m);
    expect(await stack.engine.logs("lists")).not.toMatch(/MAIL FROM|RCPT TO/);
  });

  it("keeps it in the archive: found by another form of a word, for members only", async () => {
    const text = "Vi mødes i kantinen om hundene";
    await stack.post(kaj.address, "team@liste.kommune.example", mail(`Kaj <${kaj.address}>`, "Møde <b>", "m2", text));
    await expect
      .poll(async () => (await stack.ask("/liste/team/arkiv?q=hunde", klara)).text, { timeout: 30_000 })
      .toContain("Møde &lt;b&gt;");
    const found = (await stack.ask("/liste/team/arkiv?q=hunde", klara)).text;
    expect(found).not.toContain("Kaffe");
    const [, id] = /arkiv\/([0-9]+)"/.exec(found) ?? [];
    const page = await stack.ask(`/liste/team/arkiv/${id}`, klara);
    expect(page.text).toContain(text);
    expect(page.text).toContain("kollega@kommune.example");
    expect((await stack.ask(`/liste/team/arkiv/${id}`, anna)).status).toBe(403);
    expect((await stack.ask(`/liste/nyt/arkiv/${id}`, anna)).status).toBe(404);
    expect((await stack.ask("/liste/team/arkiv")).status).toBe(403);
  });

  it("holds a stranger's mail, tells the owner in Danish, and sends it once approved", async () => {
    await stack.post(
      "fremmed@andet.example",
      "team@liste.kommune.example",
      mail("Fremmed <fremmed@andet.example>", "Tilbud", "s1"),
    );
    await expect
      .poll(async () => (await stack.ask("/liste/team/godkend", chef)).text, { timeout: 30_000 })
      .toContain("Tilbud");
    const page = (await stack.ask("/liste/team/godkend", chef)).text;
    expect(page).toContain("Afsenderen er ikke medlem af listen");
    expect((await stack.ask("/liste/team/godkend", klara)).status).toBe(403);
    const notices = await stack.until((all) =>
      ["team-owner@liste.kommune.example", "fremmed@andet.example"].every((one) => receivers(all).includes(one)),
    );
    const [toOwner] = notices.filter(({ to }) => to.includes("team-owner@liste.kommune.example"));
    expect(toOwner?.subject).toBe(
      "Mail til team@liste.kommune.example fra fremmed@andet.example venter på din godkendelse",
    );
    const [toSender] = notices.filter(({ to }) => to.includes("fremmed@andet.example"));
    expect(toSender?.subject).toBe("Din mail til team@liste.kommune.example venter på godkendelse");
    expect(about(notices, "Tilbud")).toEqual([]);
    const [, request = ""] = /name="mail" value="([0-9]+)"/.exec(page) ?? [];
    const done = await stack.ask("/liste/team/godkend", chef, { mail: request, valg: "godkend" });
    expect(done.headers["location"]).toBe("/liste/team/godkend?besked=accept");
    await stack.until((all) => receivers(about(all, "Tilbud")).filter((to) => to === kaj.address).length === 1);
    const again = await stack.ask("/liste/team/godkend", chef, { mail: request, valg: "afvis", grund: "nej" });
    expect(again.headers["location"]).toBe("/liste/team/godkend?besked=gone");
  });

  it("lets only owners and moderators write to an announcement list", async () => {
    await stack.post(klara.address, "nyt@liste.kommune.example", mail(klara.address, "Ikke mig", "a1"));
    await stack.post(chef.address, "nyt@liste.kommune.example", mail(chef.address, "Fra chefen", "a2"));
    const taken = await stack.until((all) => receivers(about(all, "Fra chefen")).length >= 3);
    expect(receivers(about(taken, "Fra chefen"))).toEqual([chef.address, klara.address, kaj.address].sort());
    await expect
      .poll(async () => (await stack.ask("/liste/nyt/godkend", chef)).text, { timeout: 30_000 })
      .toContain("Ikke mig");
    expect((await stack.ask("/liste/nyt/afmeld", klara, {})).status).toBe(403);
  });

  it("stops a mail that comes back to its list", async () => {
    const [first] = about(await stack.taken(), "Kaffe");
    await stack.post(
      klara.address,
      "team@liste.kommune.example",
      `${first?.content ?? ""}`.replaceAll("\r\n", "\n").replace("m1@", "m1-igen@"),
    );
    await stack.post(klara.address, "team@liste.kommune.example", mail(klara.address, "Efter", "m3"));
    const taken = await stack.until((all) => receivers(about(all, "Efter")).length >= 2);
    expect(receivers(about(taken, "Kaffe"))).toHaveLength(2);
  });

  it("keeps people by hand, lets people join and leave, and follows the groups", async () => {
    expect((await stack.ask("/liste/snak/tilmeld", anna, {})).headers["location"]).toBe("/liste/snak?besked=med");
    expect((await stack.ask("/liste/team/tilmeld", anna, {})).status).toBe(403);
    const added = await stack.ask("/liste/team/medlemmer", chef, { adresse: "Ude@Andet.example", navn: "Ude" });
    expect(added.headers["location"]).toBe("/liste/team/medlemmer?besked=sat");
    expect((await stack.ask("/liste/team/medlemmer", klara, { adresse: "x@y.example" })).status).toBe(403);
    await stack.ask("/liste/team/afmeld", klara, {});
    const moved = { ...anna, address: "aase.nyt@kommune.example" };
    const told = { ...rosters, team: { ...rosters.team, member: [klara, chef] } };
    expect((await stack.tell(told, [moved])).status).toBe(200);
    await stack.post(chef.address, "team@liste.kommune.example", mail(chef.address, "Nyt hold", "t1"));
    const taken = await stack.until((all) => receivers(about(all, "Nyt hold")).length >= 2);
    expect(receivers(about(taken, "Nyt hold"))).toEqual([chef.address, "ude@andet.example"].sort());
    await stack.post(moved.address, "snak@liste.kommune.example", mail(moved.address, "Ny adresse", "t2"));
    expect(receivers(about(await stack.until((all) => about(all, "Ny adresse").length > 0), "Ny adresse"))).toEqual([
      moved.address,
    ]);
  });

  it("lets people from outside off by the link in their own letter, without a login, and nobody else", async () => {
    const outside = ["borger@andet.example", "nabo@tredje.example"];
    for (const adresse of outside) await stack.ask("/liste/snak/medlemmer", chef, { adresse, navn: "Ude" });
    await stack.post(chef.address, "snak@liste.kommune.example", mail(chef.address, "Med link", "u1"));
    const taken = about(
      await stack.until((all) => outside.every((one) => receivers(about(all, "Med link")).includes(one))),
      "Med link",
    );
    const letterOf = (who: string) => taken.find(({ to }) => to.includes(who));
    const [first, second] = outside.map((one) => letterOf(one)?.content ?? "");
    // Each from outside has a letter of their own; those of the house share one without a link.
    expect(outside.map((one) => letterOf(one)?.to)).toEqual(outside.map((one) => [one]));
    expect(letterOf("aase.nyt@kommune.example")?.content).not.toContain("One-Click");
    expect(first).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r?$/m);
    const [, link = ""] =
      /^List-Unsubscribe:\s*<https:\/\/lister\.lists\.localhost:\d+(\/afmeld\/\S+)>,\s+<mailto:/m.exec(first ?? "") ??
      [];
    expect(second).not.toContain(link);
    const asked = await stack.ask(link);
    expect(asked.status).toBe(200);
    expect(asked.text).toContain("Skal borger@andet.example ikke længere have mails fra Snak?");
    const members = async () => (await stack.ask("/liste/snak/medlemmer", chef)).text;
    expect(await members()).toContain(outside[0]);
    for (const forged of [link.replace("/snak/", "/team/"), link.slice(0, -3), `${link}x`, "/afmeld/snak/x/y"])
      expect((await stack.oneClick(forged)).status, forged).toBe(404);
    expect(await stack.oneClick(link)).toMatchObject({
      status: 200,
      text: expect.stringContaining("borger@andet.example får ikke flere mails fra Snak."),
    });
    expect(await members()).not.toContain(outside[0]);
    expect(await members()).toContain(outside[1]);
    expect((await stack.oneClick(link)).status).toBe(200);
  });

  it("tells people whom a group puts on a list that the link does not take them off", async () => {
    const guest = { ...person("gaest", "Gerd Gæst"), address: "gerd@andet.example" };
    expect((await stack.tell({ ...rosters, nyt: { ...rosters.nyt, member: [klara, guest] } })).status).toBe(200);
    await stack.post(chef.address, "nyt@liste.kommune.example", mail(chef.address, "Til gæster", "g1"));
    const taken = await stack.until((all) => receivers(about(all, "Til gæster")).includes(guest.address));
    const letter = about(taken, "Til gæster").find(({ to }) => to.includes(guest.address))?.content ?? "";
    const [, link = ""] = /^List-Unsubscribe:\s*<https:\/\/[^/]+(\/afmeld\/\S+)>/m.exec(letter) ?? [];
    const told = await stack.oneClick(link);
    expect(told.status).toBe(409);
    expect(told.text).toContain("på grund af dit arbejde");
    expect((await stack.ask("/liste/nyt", guest)).text).toContain("Du er med på grund af dit arbejde");
  });

  it("gives an address that is somebody else's now to its new owner", async () => {
    const former = person("vikar", "Viggo Vikar");
    const fresh = { ...person("nyvikar", "Vera Vikar"), address: former.address };
    expect((await stack.ask("/liste/snak/tilmeld", former, {})).status).toBe(303);
    expect((await stack.ask("/liste/snak", fresh)).text).toContain("Tilmeld mig");
    await stack.ask("/liste/snak/tilmeld", fresh, {});
    expect((await stack.ask("/liste/snak", fresh)).text).toContain("Afmeld mig");
    expect((await stack.ask("/liste/snak", former)).text).toContain("Tilmeld mig");
    await stack.post(fresh.address, "snak@liste.kommune.example", mail(fresh.address, "Ny i stolen", "v1"));
    const taken = await stack.until((all) => about(all, "Ny i stolen").length > 0);
    expect(receivers(about(taken, "Ny i stolen"))).toContain(fresh.address);
  });

  it("knows whose an address is once the steward has told, so that it ends with the account", async () => {
    const vera = person("vera", "Vera Vikar");
    await stack.ask("/liste/snak/medlemmer", chef, { adresse: vera.address, navn: "V." });
    const asked = await stack.people();
    expect(asked.addresses).toContain(vera.address);
    expect((await stack.tell(rosters, [vera])).status).toBe(200);
    expect((await stack.people()).guids).toContain(vera.guid);
    const members = async () => (await stack.ask("/liste/snak/medlemmer", chef)).text;
    expect(await members()).toContain(vera.name);
    // Asked for, and no longer here.
    expect((await stack.tell(rosters, [], undefined, {}, [vera.guid])).status).toBe(200);
    expect(await members()).not.toContain(vera.address);
  });

  it("forgets who left, so that the address belongs to the next who has it", async () => {
    const [former, fresh] = [person("saerling", "Sune Særling"), person("efter", "Eva Efter")];
    await stack.ask("/liste/snak/tilmeld", former, {});
    await stack.ask("/liste/snak/afmeld", former, {});
    expect((await stack.tell(rosters)).status).toBe(200);
    await stack.ask("/liste/snak/medlemmer", chef, { adresse: former.address, navn: "E." });
    expect((await stack.people()).addresses).toContain(former.address);
    const next = { ...fresh, address: former.address };
    for (let turn = 0; turn < 2; turn++) expect((await stack.tell(rosters, [next])).status).toBe(200);
    expect((await stack.ask("/liste/snak/medlemmer", chef)).text).toContain(fresh.name);
    await stack.ask("/liste/snak/medlemmer/tag-af", chef, { adresse: former.address });
  });

  it("takes in who joined by mail, by the name the directory gives them", async () => {
    await stack.mailman("POST", "/members", {
      ...{ list_id: "snak.liste.kommune.example", subscriber: kaj.address, display_name: "K. fra mobilen" },
      ...{ pre_verified: "true", pre_confirmed: "true", pre_approved: "true", send_welcome_message: "false" },
    });
    expect((await stack.tell(rosters)).status).toBe(200);
    const page = (await stack.ask("/liste/snak/medlemmer", chef)).text;
    expect(page).toContain("Kaj O&#39;Kollega");
    expect(page).not.toContain("K. fra mobilen");
    expect((await stack.ask("/liste/snak", kaj)).text).toContain("Afmeld mig");
  });

  it.each(["k+liste'n@kommune.example", "Store.Bogstaver@kommune.example"])(
    "gives %s all mails of a day in one who asks for it",
    async (address) => {
      const asker = { ...person(address.slice(0, 6), "Ann O'Plus"), address };
      const chosen = async () =>
        /value="(hver|samlet)"[^>]* checked/.exec((await stack.ask("/liste/snak", asker)).text)?.[1];
      expect((await stack.ask("/liste/snak/levering", asker, { levering: "samlet" })).status).toBe(403);
      await stack.ask("/liste/snak/tilmeld", asker, {});
      expect(await chosen()).toBe("hver");
      const done = await stack.ask("/liste/snak/levering", asker, { levering: "samlet" });
      expect(done.headers["location"]).toBe("/liste/snak?besked=gemt");
      expect(await chosen()).toBe("samlet");
    },
  );

  it("sends the mails of a day in one to who asked for it, however large, once a day", async () => {
    const done =
      "insert into planb.daily (done_on) values (current_date) on conflict (one) do update set done_on = current_date";
    await stack.sql(done);
    const large = "Det er en lang mail.\n".repeat(3000);
    await stack.post(chef.address, "snak@liste.kommune.example", mail(chef.address, "Dagens første", "d1", large));
    await stack.until((all) => about(all, "Dagens første").length > 0);
    // A start is no new day.
    await stack.engine.kill("lists");
    await new Promise((resolve) => setTimeout(resolve, 3000));
    await stack.engine.ready("lists", 120);
    await stack.post(chef.address, "snak@liste.kommune.example", mail(chef.address, "Dagens anden", "d2"));
    await stack.until((all) => about(all, "Dagens første").length > 0 && about(all, "Dagens anden").length > 0);
    const asker = "store.bogstaver@kommune.example";
    const to = (all: readonly Taken[]) =>
      all.filter((one) =>
        receivers([one])
          .map((x) => x.toLowerCase())
          .includes(asker),
      );
    await stack.sql("update planb.daily set done_on = done_on - 2");
    const digest = (all: readonly Taken[]) => to(all).filter(({ text }) => text.includes("Dagens anden"));
    const taken = await stack.until((all) => digest(all).length > 0, 90);
    expect(digest(taken)).toHaveLength(1);
    expect(digest(taken)[0]?.text).toContain("Dagens første");
    expect(to(taken).filter(({ text }) => text.includes("Dagens første"))).toHaveLength(1);
    expect([...about(to(taken), "Dagens første"), ...about(to(taken), "Dagens anden")]).toEqual([]);
  });

  it("refuses a broken mail, and gives files only to save", async () => {
    const broken = [
      "From: chef@kommune.example",
      "Subject: Filer",
      "Message-ID: <b1@x.example>",
      "MIME-Version: 1.0",
      'Content-Type: multipart/mixed; boundary="b"',
      "",
      "--b",
      "Content-Type: text/html",
      "",
      "<script>alert(1)</script><p>Krop</p>",
      "--b",
      "Content-Type: text/html",
      "Content-Disposition: attachment; filename*=UTF-8''..%2F..%2Fetc%2F%3Cx%3E%E2%80%AEgpj.html",
      "",
      "<script>alert(2)</script>",
      "--b--",
    ].join("\n");
    const refused = await stack.post(chef.address, "nyt@liste.kommune.example", broken.replace("--b--", "--b"));
    expect(refused.stderr).toContain("501");
    expect(await stack.post(chef.address, "nyt@liste.kommune.example", broken)).toMatchObject({ code: 0 });
    await expect
      .poll(async () => (await stack.ask("/liste/nyt/arkiv", anna)).text, { timeout: 30_000 })
      .toContain("1 fil");
    const [, id] = /arkiv\/([0-9]+)">[^<]*<\/a> <span/.exec((await stack.ask("/liste/nyt/arkiv", anna)).text) ?? [];
    const page = (await stack.ask(`/liste/nyt/arkiv/${id}`, anna)).text;
    expect(page).toContain("Krop");
    expect(page).not.toContain("<script>");
    expect(page).not.toContain("..");
    const file = await stack.ask(`/liste/nyt/arkiv/${id}/fil/0`, anna);
    expect(file.headers["content-type"]).toBe("application/octet-stream");
    expect(file.headers["content-disposition"]).toMatch(/^attachment; filename\*=UTF-8''%3Cx%3Egpj\.html$/);
    expect((await stack.ask(`/liste/nyt/arkiv/${id}/fil/7`, anna)).status).toBe(404);
  });

  it("is the same after it was killed, within its memory", async () => {
    await stack.engine.kill("lists");
    await new Promise((resolve) => setTimeout(resolve, 3000));
    await stack.engine.ready("lists", 120);
    expect((await stack.ask("/liste/snak", anna)).text).toContain("Afmeld mig");
    await stack.post(chef.address, "team@liste.kommune.example", mail(chef.address, "Efter fald", "k1"));
    await stack.until((all) => receivers(about(all, "Efter fald")).length === 2);
    const { stdout } = await stack.engine.exec("lists", [
      "bash",
      "-c",
      "awk '/^Pss:/{s+=$2} END{print s}' /proc/[0-9]*/smaps_rollup",
    ]);
    expect(Number(stdout) / 1024).toBeLessThan(450);
    console.log(`lists: ${Math.round(Number(stdout) / 1024)} MiB (PSS)`);
  });
});
