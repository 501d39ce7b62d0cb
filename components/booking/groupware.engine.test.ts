import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { book, CalDav, room } from "./testing/caldav.ts";
import { BookingStack, people, ports } from "./testing/stack.ts";

const { anna, bo, eva } = people;
const section = {
  rooms: [
    { id: "moede1", name: 'Mødelokale 1 "Ærø", stuen', address: room, capacity: 8, features: ["Skærm", "Tavle"] },
  ],
  fromDirectory: { rooms: {} },
};

describe("what the groupware keeps and from whom, on an engine", () => {
  const stack = new BookingStack();
  let dav: CalDav;

  beforeAll(async () => {
    await stack.start(section);
    dav = new CalDav(stack.caPem);
    // The first request of a person makes the calendar.
    for (const person of [anna, bo, eva]) await dav.ask(person, "PROPFIND", `/SOGo/dav/${person.guid}/Calendar/`);
  }, 240_000);
  afterAll(async () => {
    await dav?.close();
    await stack.remove();
  });

  it("books a room, which its calendar keeps", async () => {
    expect(await dav.put(anna, book("one", "0104", "1000", "1100"))).toMatchObject({ status: 201 });
  });

  it("tells a calendar program when a colleague or a room is busy, and not with what", async () => {
    const secret = book("secret", "0105", "1200", "1330", { invited: [], lines: ["CLASS:PRIVATE"] });
    expect((await dav.put(anna, secret)).status).toBe(201);
    const wanted =
      '<D:propfind xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><C:schedule-outbox-URL/></D:prop></D:propfind>';
    const told = await dav.ask(bo, "PROPFIND", `/SOGo/dav/${bo.guid}/`, wanted, { depth: "0" });
    const outbox = /schedule-outbox-URL[^>]*>\s*<[^>]*href[^>]*>([^<]+)</.exec(told.text)?.[1] ?? "";
    const question = [
      ...["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//planb//test//DA", "METHOD:REQUEST", "BEGIN:VFREEBUSY"],
      ...["UID:ask", "DTSTAMP:20261125T000000Z", "DTSTART:20270104T000000Z", "DTEND:20270106T000000Z"],
      ...[`ORGANIZER:mailto:${bo.mail}`, `ATTENDEE:mailto:${anna.mail}`, `ATTENDEE:mailto:${room}`],
      ...["END:VFREEBUSY", "END:VCALENDAR", ""],
    ].join("\r\n");
    const headers = { "content-type": "text/calendar; charset=utf-8", originator: `mailto:${bo.mail}` };
    const answer = await dav.ask(bo, "POST", new URL(outbox, "https://localhost").pathname, question, headers);
    expect(answer.status).toBe(200);
    expect(answer.text).not.toMatch(/Møde|secret/);
    const busy = [...answer.text.matchAll(/^ATTENDEE:mailto:(.*)|^FREEBUSY[^:]*:(.*)/gm)].map(
      ([, who, time]) => who ?? time,
    );
    const one = "20270104T100000Z/20270104T110000Z";
    expect(busy).toEqual([anna.mail, one, "20270105T120000Z/20270105T133000Z", room, one]);
    // Nor by any other way.
    for (const path of [dav.path(anna, "secret"), `/SOGo/dav/${anna.guid}/Calendar/personal.ics`]) {
      expect((await dav.ask(bo, "GET", path)).text).not.toContain("Møde");
    }
  });

  it("takes the person from edge alone: no header, a forged one, or a password opens nothing", async () => {
    const path = `/SOGo/dav/${anna.guid}/Calendar/`;
    expect((await dav.ask(undefined, "PROPFIND", path)).status).toBe(403);
    const forged = { "x-webobjects-remote-user": anna.guid, authorization: `Basic ${btoa(`${anna.uid}:x`)}` };
    expect((await dav.ask(undefined, "PROPFIND", path, undefined, forged)).status).toBe(403);
    expect((await dav.ask(undefined, "PROPFIND", path, undefined, { "x-planb-guid": anna.guid })).status).toBe(403);
    // Told of somebody, a second name changes nothing.
    const other = await dav.ask(bo, "GET", dav.path(anna, "one"), undefined, forged);
    expect(other.status === 403 || !other.text.includes("Møde one")).toBe(true);
  });

  it("has nothing that believes a request at an address which SOGo could be asked to fetch", async () => {
    const listening = await stack.engine.exec("groupware", [
      "bash",
      "-c",
      "cut -c 7-40 /proc/net/tcp | awk '$3 == \"0A\" {print $1}' | sort",
    ]);
    const own = listening.stdout.split("\n").filter((address) => address.startsWith("0100007F:"));
    // SOGo for browsers, which asks everybody for the login.
    expect(own).toEqual(["0100007F:4E20"]);
    const fetched = await stack.engine.exec("groupware", [
      ...[
        "bash",
        "-c",
        "for p in /proc/[0-9]*; do grep -aq sogo[d] $p/cmdline && grep -ac 'ALL_PROXY=http://127.0.0.1:1\\b' $p/environ; done | sort -u",
      ],
    ]);
    expect(fetched.stdout.trim()).toBe("1");
  });

  it("takes writes from the calendar's own pages alone, and nothing that does not look like what it is", async () => {
    const path = `/SOGo/so/${anna.guid}/Calendar/personal/x.ics/saveAsAppointment`;
    const from = async (origin: string) => (await dav.web("POST", path, { origin })).status;
    expect(await from("https://lister.kommune.example")).toBe(403);
    expect(await from("null")).toBe(403);
    // Nobody is logged in.
    const own = await from(`https://localhost:${ports.web}`);
    expect(own).not.toBe(403);
    for (const query of ["?Cmd=Calendar", "?C%6Dd=Calendar", "?Calendar%3Amethod=1", "?a=1&:method=Calendar"]) {
      expect((await dav.web("POST", `/SOGo/so/${anna.guid}/${query}`)).status, query).toBe(403);
    }
    expect((await dav.web("GET", path, {}, "{}")).status).toBe(403);
    for (const place of ["addWebCalendar", "reloadWebCalendars", "personal/reload", "personal/set-credentials"]) {
      for (const so of ["so/", ""]) {
        for (const method of ["GET", "POST"]) {
          expect((await dav.web(method, `/SOGo/${so}${anna.guid}/Calendar/${place}`)).status, place).toBe(403);
        }
      }
    }
  });

  it("shows a room's day at its door to who has the link, and nothing of calendars on the web's port without a login", async () => {
    const door = await dav.web("GET", "/doer/doer-til-moede-1");
    expect(door).toMatchObject({ status: 200, text: expect.stringContaining("Mødelokale 1 &quot;Ærø&quot;, stuen") });
    expect((await dav.web("GET", "/doer/moede1")).status).toBe(404);
    const forged = { "x-webobjects-remote-user": anna.guid, "x-webobjects-auth-type": "Basic" };
    expect((await dav.web("PROPFIND", `/SOGo/dav/${anna.guid}/Calendar/`, forged)).status).toBe(404);
    expect((await dav.web("GET", `/SOGo/so/${anna.guid}/Calendar/personal/one.ics`, forged)).text).not.toContain(
      "Møde",
    );
    // Keycloak is not there.
    const away = await dav.web("GET", "/SOGo/");
    expect(away).toMatchObject({ status: 502, text: expect.stringContaining("Login svarer ikke") });
    expect((await dav.web("GET", "/.planb-pages/page.css")).status).toBe(200);
  });

  it("forgets who is logged in when Keycloak says that somebody has logged out, and hears it from inside alone", async () => {
    expect((await dav.ask(undefined, "POST", "/logged-out")).status).toBe(204);
    expect((await dav.ask(undefined, "GET", "/logged-out")).status).toBe(403);
    expect((await dav.web("POST", "/logged-out")).status).toBe(403);
    const stats = await stack.engine.exec("groupware", [
      ...[
        "bash",
        "-c",
        "printf 'stats\\r\\nquit\\r\\n' | curl -s --unix-socket /run/sogo/memcached.sock telnet://x | grep cmd_flush",
      ],
    ]);
    expect(stats.stdout).toMatch(/cmd_flush 1\r?\n/);
  });

  it("finds rooms by CardDAV, which SOGo cannot, and tells nobody the way to its database", async () => {
    const query =
      '<C:addressbook-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav"><D:prop><D:getetag/></D:prop><C:filter>' +
      '<C:prop-filter name="FN"><C:text-match>Mødelokale</C:text-match></C:prop-filter></C:filter></C:addressbook-query>';
    const path = `/SOGo/dav/${anna.guid}/Contacts/bookable/`;
    const type = { "content-type": "text/xml; charset=utf-8", depth: "1" };
    const found = await dav.ask(anna, "REPORT", path, query, type);
    expect(found).toMatchObject({
      status: 207,
      text: expect.stringMatching(/Mødelokale 1[\s\S]*moede1@kommune\.example/),
    });
    expect((await dav.ask(anna, "REPORT", path, query.replace("Mødelokale", "Kælder"), type)).text).not.toContain(
      "Mødelokale",
    );
    expect((await dav.ask(undefined, "REPORT", path, query, type)).status).toBe(403);
    const asSogo = `curl -s -o /dev/null -w '%{http_code}' -X REPORT -H 'x-webobjects-remote-user: ${anna.guid}' -H 'content-type: text/xml' -H 'depth: 1' -d '${query}' "http://$(cat /run/sogo/twin)${path}"`;
    expect((await stack.engine.exec("groupware", ["bash", "-c", asSogo])).stdout).toBe("501");
    const logs = await stack.engine.logs("groupware");
    expect(logs).toContain("failed to acquire channel for URL: postgresql://groupware@database");
    for (const hidden of stack.hidden) expect(logs).not.toContain(hidden);
  });

  it("keeps a calendar when its owner gets another login, name and address", async () => {
    const client = await stack.directory();
    const { Attribute, Change } = await import("ldapts");
    const changes = Object.entries({ uid: "anna2", cn: "Anna Gift", mail: "anna.gift@kommune.example" });
    await client.modify(
      `planbGuid=${anna.guid},ou=people,dc=planb`,
      changes.map(
        ([type, value]) => new Change({ operation: "replace", modification: new Attribute({ type, values: [value] }) }),
      ),
    );
    await client.unbind();
    expect((await dav.get(anna, "one")).text).toContain("Møde one");
  });

  const keeper = (...args: string[]) => stack.engine.exec("groupware", ["node", "/opt/booking/booking.mjs", ...args]);
  const handover = (...args: string[]) => stack.engine.exec("groupware", ["calendar-handover", ...args]);

  it("clears away what was deleted long ago, and not what a program may still ask for", async () => {
    const deleted = () =>
      stack.sql(
        "select string_agg(c_name, ' ' order by c_name) from sogo_store where c_deleted = 1 and c_name like 'clear%'",
      );
    for (const uid of ["clear-old", "clear-new"]) {
      expect((await dav.put(anna, book(uid, "1115", "0900", "1000", { invited: [] }))).status).toBe(201);
      expect((await dav.remove(anna, uid)).status).toBeLessThan(300);
    }
    await stack.sql(
      "update sogo_store set c_lastmodified = c_lastmodified - 91 * 86400 where c_name = 'clear-old.ics'",
    );
    expect(await deleted()).toBe("clear-new.ics clear-old.ics");
    expect((await keeper("care")).code).toBe(0);
    expect(await deleted()).toBe("clear-new.ics");
    const sync =
      '<sync-collection xmlns="DAV:"><sync-token>1</sync-token><sync-level>1</sync-level><prop><getetag/></prop></sync-collection>';
    const answer = await dav.ask(anna, "REPORT", `/SOGo/dav/${anna.guid}/Calendar/personal/`, sync, {
      depth: "1",
      "content-type": "text/xml",
    });
    expect(answer).toMatchObject({ status: 207, text: expect.stringContaining("clear-new.ics") });
  });

  it("keeps calendars and contacts of who was deleted for as long as was told, and hands them over", async () => {
    const { leif } = people;
    const folders = (who: string) => stack.sql(`select count(*) from sogo_folder_info where c_path2 = '${who}'`);
    const home = `/SOGo/dav/${leif.guid}`;
    for (const what of ["Calendar", "Contacts"]) await dav.ask(leif, "PROPFIND", `${home}/${what}/`);
    expect((await dav.put(leif, book("leif", "1116", "0900", "1000"))).status).toBe(201);
    const secret = book("leif-2", "1116", "1100", "1200", {
      invited: [],
      lines: ["CLASS:PRIVATE", "RRULE:FREQ=WEEKLY;COUNT=3"],
    });
    expect((await dav.put(leif, secret)).status).toBe(201);
    const card = [
      "BEGIN:VCARD",
      "VERSION:3.0",
      "UID:k",
      "FN:Karla Kontakt-Ærø",
      "N:Kontakt-Ærø;Karla;;;",
      "END:VCARD",
      "",
    ].join("\r\n");
    const type = { "content-type": "text/vcard; charset=utf-8" };
    expect((await dav.ask(leif, "PUT", `${home}/Contacts/personal/k.vcf`, card, type)).status).toBe(201);

    expect((await keeper("care")).code).toBe(0);
    expect((await handover()).stderr).not.toContain(leif.guid);
    const client = await stack.directory();
    await client.del(`planbGuid=${leif.guid},ou=people,dc=planb`);
    await client.unbind();
    expect((await keeper("care")).code).toBe(0);
    const today = new Date().toISOString().slice(0, 10);
    expect((await handover()).stderr).toContain(`${leif.guid} since ${today}`);

    expect(await handover(leif.guid, "nobody")).toMatchObject({ code: 1, stderr: expect.stringContaining('"nobody"') });
    expect(await handover(leif.guid, "bo")).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("2 calendars and address books"),
    });
    expect(await handover(leif.guid, "bo")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("handed over before"),
    });
    const own = `/SOGo/dav/${bo.guid}`;
    const names = await dav.ask(
      bo,
      "PROPFIND",
      `${own}/Calendar/`,
      '<propfind xmlns="DAV:"><prop><displayname/></prop></propfind>',
      { depth: "1" },
    );
    expect(names.text).toContain(`Overtaget, ${leif.guid}: Personlig kalender`);
    const place = `overtaget-${leif.guid}-personal`;
    for (const [path, word] of [
      [`Calendar/${place}/leif-2.ics`, "Møde leif-2"],
      [`Contacts/${place}/k.vcf`, "Karla Kontakt-Ærø"],
    ] as const) {
      expect(await dav.ask(bo, "GET", `${own}/${path}`)).toMatchObject({
        status: 200,
        text: expect.stringContaining(word),
      });
      expect((await dav.ask(anna, "GET", `${own}/${path}`)).text).not.toContain(word);
    }

    expect(await folders(leif.guid)).toBe("2");
    await stack.sql("update planb_leaver set since = since - interval '180 days'");
    expect((await keeper("care")).code).toBe(0);
    expect(await folders(leif.guid)).toBe("0");
    expect(await stack.sql(`select count(*) from sogo_user_profile where c_uid = '${leif.guid}'`)).toBe("0");
    expect((await dav.ask(bo, "GET", `${own}/Calendar/${place}/leif-2.ics`)).text).toContain("Møde leif-2");
    expect((await dav.put(eva, book("after-leif", "1116", "0930", "1030"))).status).toBe(409);
  });

  it("is back by itself when killed, and takes no declared room for a copied one", async () => {
    const started = async () => (await stack.engine.inspect("groupware")).State.StartedAt;
    const before = await started();
    await stack.engine.kill("groupware");
    await expect.poll(started, { timeout: 60_000 }).not.toBe(before);
    const answer = async () => (await dav.web("GET", "/doer/doer-til-moede-1")).status;
    await expect.poll(() => answer().catch(() => 0), { timeout: 60_000, interval: 500 }).toBe(200);
  }, 150_000);

  it("runs without rights, shows no secret, and keeps within its memory", async () => {
    const { stdout } = await stack.engine.exec("groupware", [
      "bash",
      "-c",
      "id -u; grep CapEff /proc/1/status; touch /etc/x",
    ]);
    expect(stdout).toMatch(/^1013\nCapEff:\t0{16}\n$/);
    const args = await stack.engine.exec("groupware", [
      "bash",
      "-c",
      "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ | tr '\\0' '\\n'",
    ]);
    const shown = `${await stack.engine.logs("groupware")}${JSON.stringify(await stack.engine.inspect("groupware"))}${args.stdout}`;
    for (const hidden of stack.hidden) expect(shown).not.toContain(hidden);
    const usage = await stack.engine.exec("groupware", [
      "bash",
      "-c",
      "cat /sys/fs/cgroup/memory/memory.stat /sys/fs/cgroup/memory.stat 2>/dev/null | awk '/^(total_)?(rss|anon) /{print $2; exit}'",
    ]);
    expect(Number(usage.stdout) / 1048576).toBeLessThan(320);
  });
});
