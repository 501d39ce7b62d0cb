import { describe, expect, it } from "vitest";
import { stackIdentity } from "../../config/index.ts";
import { senderGroupRules } from "./conf/ldap.ts";
import { mainCf, masterCf, postfixTables, programClasses } from "./conf/postfix.ts";
import { rspamdFiles } from "./conf/rspamd.ts";
import { mailSettings } from "./config.ts";
import { dnsRecords, recordProblem, zoneLine } from "./dns.ts";
import { autoconfigXml, mailSites, stsPolicy, stsRecord } from "./sites.ts";
import { smarthost, smarthostLogin } from "./smarthost.ts";
import { mailPrograms } from "./workloads.ts";

const settings = mailSettings.parse({
  domains: ["kommune.example", "by.example"],
  postmaster: "It@kommune.example",
  correspondents: [{ domain: "sundhed.example" }, { domain: "x.example", level: "encrypt" }],
  smarthost: { host: "relay.example" },
  maxMessageMiB: 7,
  forwardTo: ["region.example"],
  refusedAttachments: ["zzz"],
  spam: { markAt: 3.5, refuseAt: 33 },
  resolvers: ["192.0.2.53"],
  dkim: { selector: "en", next: "to" },
  limits: { messagesPerHour: 77, recipientsPerMessage: 88, recipientsPerHour: 99 },
  dmarc: { policy: "reject", reports: "dmarc@kommune.example" },
});
const lists = {
  domain: "liste.example",
  upstream: { workload: "lists", port: 8024 },
  recipients: ["^nyt(-join)?@liste\\.example$"],
};
const args = { settings, hostName: "mail.x.example", mailbox: { workload: "mailbox", port: 2424 }, lists };

describe("Postfix' configuration", () => {
  it("carries every setting", () => {
    const main = mainCf(args);
    for (const line of [
      "virtual_mailbox_domains = kommune.example, by.example",
      "relayhost = [relay.example]:25",
      "transport_maps = regexp:/config/postfix/lists-transport, texthash:/config/postfix/straight, inline:{{rooms.invalid = discard:a room has no mailbox}}",
      "smtp_tls_security_level = secure",
      `message_size_limit = ${7 * 1024 * 1024}`,
      "smtpd_recipient_limit = 88",
      "relay_domains = liste.example",
      "smtpd_tls_protocols = >=TLSv1.2",
    ]) {
      expect(main).toContain(`${line}\n`);
    }
    expect(main).not.toContain("undefined");
    const open = mainCf({ ...args, settings: { ...settings, groupsOpenTo: "everybody" } });
    expect([main, open].map((text) => text.includes("groups-closed"))).toEqual([true, false]);
  });

  it("relays for a login or a known certificate only", () => {
    const ports = masterCf({ settings })
      .split(/\n(?=\d+ inet)/)
      .filter((part) => /^\d+ inet/.test(part));
    expect(ports).toHaveLength(4);
    expect(mainCf(args)).toContain("smtpd_relay_restrictions = reject_unauth_destination\n");
    const relays = ports.map((part) => /smtpd_relay_restrictions=(.*)/.exec(part)?.[1]);
    expect(relays).toEqual([
      undefined,
      "permit_sasl_authenticated,reject",
      "permit_sasl_authenticated,reject",
      "permit_tls_clientcerts,reject",
    ]);
  });

  it("knows each program's certificate, and lets people forward only to declared domains", () => {
    expect(Object.keys(programClasses(settings))).toEqual([...mailPrograms]);
    expect(programClasses(settings)["mailbox"]).toMatch(/forward-to, reject$/);
    expect(programClasses({ forwardTo: ["*"] })["mailbox"]).toBe("permit");
    expect(mailSettings.safeParse({ domains: ["x.example"], forwardTo: ["alle"] }).success).toBe(false);
  });

  it("lets machines send only from their networks and as their own addresses, on a port of their own", () => {
    const senders = [
      { name: "Scannere", networks: ["10.20.0.0/24", "10.21.0.7"], from: ["Scanner@kommune.example"] },
      { name: "Løn", networks: ["10.20.0.0/24"], from: ["loen@by.example"] },
    ];
    const machines = mailSettings.parse({ domains: settings.domains, machines: { senders } });
    const files = postfixTables({ ...args, settings: machines });
    expect(files).toMatchObject({
      machines: "10.20.0.0/24 OK\n10.21.0.7 OK\n",
      "machine-0": "# Scannere\n10.20.0.0/24 machine_0\n10.21.0.7 machine_0\n",
      "machine-0-from": "scanner@kommune.example OK\n",
      "machine-1-from": "loen@by.example OK\n",
    });
    const part = masterCf({ settings: machines }).split(/^2527 inet/m)[1] ?? "";
    for (const list of ["client", "sender", "relay"])
      expect(part).toMatch(new RegExp(`smtpd_${list}_restrictions=check_client_access,\\S+,reject$`, "m"));
  });

  it("logs in at a smarthost over TLS only", () => {
    const to = smarthost.parse({ host: "ud.example", port: 465, user: "planb" });
    const main = mainCf({ ...args, settings: { ...settings, smarthost: to } });
    for (const line of [
      "relayhost = [ud.example]:465",
      "smtp_tls_wrappermode = yes",
      "smtp_tls_security_level = secure",
      "smtp_sasl_security_options = noplaintext, noanonymous",
    ])
      expect(main).toContain(`${line}\n`);
    expect(to && smarthostLogin(to, "a b:c")).toBe("[ud.example]:465 planb:a b:c\n");
    expect(smarthost.safeParse({ host: "ud.example", user: "a:b" }).success).toBe(false);
  });

  it("writes the small tables", () => {
    expect(postfixTables(args)).toEqual({
      "own-senders":
        "/@(kommune\\.example|by\\.example|liste\\.example)$/ REJECT 5.7.1 Mail from this domain is sent after a login\n",
      "tls-policy": "sundhed.example secure match=nexthop:dot-nexthop\nx.example encrypt\n",
      straight: "sundhed.example straight:\nx.example straight:\n",
      postmaster:
        "/^(postmaster|abuse|hostmaster)@(kommune\\.example|by\\.example|liste\\.example)$/ it@kommune.example\n",
      "forward-to": expect.stringMatching(
        /^\/@\(kommune\\\.example\|by\\\.example\|region\\\.example\)\$\/ OK\n\/\.\/ REJECT 5\.7\.1 /,
      ),
      "lists-recipients": "/^nyt(-join)?@liste\\.example$/ OK\n",
      "lists-transport": "/^nyt(-join)?@liste\\.example$/ lists:inet:lists:8024\n",
    });
  });

  it("serves as many at once as there is memory for", () => {
    const most = (memoryMiB: number) =>
      [...masterCf({ settings: { ...settings, memoryMiB } }).matchAll(/^\d+ inet n - n - (\d+) smtpd$/gm)].map((m) =>
        Number(m[1]),
      );
    expect(most(128)).toEqual([8, 8, 4, 4]);
    expect(most(512)).toEqual([40, 40, 20, 20]);
  });

  it("names up to nine sender groups", () => {
    const rules = senderGroupRules().trim().split("\n");
    expect(rules).toHaveLength(9);
    expect(rules[1]).toBe(`/^(g[0-9a-f]+),(g[0-9a-f]+)$/ x@$\{1}.$\{2}.none.none.none.none.none.none.none`);
  });
});

it("carries the filter's settings", () => {
  const files = rspamdFiles({ settings, signed: ["kommune.example"] });
  expect(files["local.d/actions.conf"]).toContain("reject = 33;\nadd_header = 3.5;");
  expect(files["local.d/ratelimit.conf"]).toContain('rate = "77 / 1h"');
  expect(files["local.d/ratelimit.conf"]).toContain('burst = 88; rate = "99 / 1h"');
  expect(files["local.d/rspamd.lua"]).toContain('local ours = {["kommune.example"] = true}');
  expect(files["local.d/options.inc"]).toContain('nameserver = ["192.0.2.53"]');
  expect(files["maps/refused-attachments"]).toBe("zzz\n");
  expect(files["dkim"]).toBe("kommune.example en\nkommune.example to\n");
  expect(files["override.d/rbl.conf"]).toBe("enabled = false;\n");
  const asking = rspamdFiles({ settings: { ...settings, spam: { ...settings.spam, blocklists: true } }, signed: [] });
  expect(asking["override.d/rbl.conf"]).toBeUndefined();
});

describe("the DNS records", () => {
  const identity = stackIdentity("x", {
    municipality: "X",
    domain: "x.example",
    language: "da",
    mode: "active",
    host: { address: "192.0.2.10", httpPort: 80, httpsPort: 443 },
  });
  const places = { identity, settings, imapPort: 1993, listsDomain: "liste.example" };
  const sites = mailSites(places);
  const given = {
    ...places,
    sievePort: 4190,
    hosts: ["start", "directory"],
    sites: sites.map(({ hostName }) => hostName),
    calendarHost: "kalender",
    keys: [{ domain: "kommune.example", selector: "en", key: "AAAA" }],
  };
  const records = dnsRecords(given);
  const lines = records.map(zoneLine);

  it("are complete for a domain", () => {
    expect(lines).toEqual(
      expect.arrayContaining([
        "mail.x.example. 3600 IN A 192.0.2.10",
        'mail.x.example. 3600 IN TXT "v=spf1 a -all"',
        "directory.x.example. 3600 IN A 192.0.2.10",
        "mta-sts.kommune.example. 3600 IN A 192.0.2.10",
        "mta-sts.liste.example. 3600 IN A 192.0.2.10",
        "autoconfig.by.example. 3600 IN A 192.0.2.10",
        `_mta-sts.by.example. 3600 IN TXT "${stsRecord(identity, "testing")}"`,
        `_mta-sts.liste.example. 3600 IN TXT "${stsRecord(identity, "testing")}"`,
        "_sieve._tcp.by.example. 3600 IN SRV 0 1 4190 mail.x.example.",
        "_submissions._tcp.by.example. 3600 IN SRV 0 1 465 mail.x.example.",
        "kommune.example. 3600 IN MX 10 mail.x.example.",
        'kommune.example. 3600 IN TXT "v=spf1 a:relay.example a:mail.x.example -all"',
        'en._domainkey.kommune.example. 3600 IN TXT "v=DKIM1; k=rsa; p=AAAA"',
        '_dmarc.by.example. 3600 IN TXT "v=DMARC1; p=reject; rua=mailto:dmarc@kommune.example"',
        '_smtp._tls.kommune.example. 3600 IN TXT "v=TLSRPTv1; rua=mailto:dmarc@kommune.example"',
        "_imaps._tcp.kommune.example. 3600 IN SRV 0 1 1993 mail.x.example.",
        "_caldavs._tcp.by.example. 3600 IN SRV 0 1 443 kalender.x.example.",
        "liste.example. 3600 IN MX 10 mail.x.example.",
      ]),
    );
  });

  it("go away with the service they are for", () => {
    const { settings: _, listsDomain: __, calendarHost: ___, ...bare } = given;
    const hosts = dnsRecords({ ...bare, sites: [] }).map(zoneLine);
    expect(hosts).toEqual(["start.x.example. 3600 IN A 192.0.2.10", "directory.x.example. 3600 IN A 192.0.2.10"]);
    const mail = dnsRecords({ ...bare, settings })
      .map(zoneLine)
      .join("\n");
    expect(mail).not.toMatch(/ liste\.example|dav|kalender/);
    expect(
      dnsRecords({ ...given, sites: [] })
        .map(zoneLine)
        .join("\n"),
    ).not.toMatch(/mta-sts|autoconfig/);
  });

  it("give an address of IPv6 as one", () => {
    const record = dnsRecords({ ...given, identity: { ...identity, hostAddress: "2001:db8::1" } })[0];
    expect(record && zoneLine(record)).toBe("start.x.example. 3600 IN AAAA 2001:db8::1");
  });

  it("change the policy's id when the policy changes, and only then", () => {
    const modes = (["none", "testing", "enforce"] as const).map((mode) => stsRecord(identity, mode));
    expect(new Set(modes).size).toBe(3);
    expect(modes.every((text) => /^v=STSv1; id=[0-9a-z]{1,32};$/.test(text))).toBe(true);
    expect(stsRecord(identity, "none")).toBe(modes[0]);
    expect(stsPolicy(identity, "enforce")).toBe(
      "version: STSv1\r\nmode: enforce\r\nmx: mail.x.example\r\nmax_age: 604800\r\n",
    );
  });

  it("lead to pages with the policy and with the setup of mail programs", () => {
    expect(sites.map(({ hostName }) => hostName)).toEqual([
      ...["mta-sts.kommune.example", "mta-sts.by.example", "mta-sts.liste.example"],
      ...["autoconfig.kommune.example", "autoconfig.by.example"],
    ]);
    expect(sites[1]?.pages["/.well-known/mta-sts.txt"]?.text).toBe(stsPolicy(identity, "testing"));
    const xml = autoconfigXml("by.example", { ...places, identity: { ...identity, municipality: 'By & "Omegn"' } });
    expect(xml).toContain("<displayName>Mail i By &#38; &#34;Omegn&#34;</displayName>");
    expect(xml).toMatch(/type="imap">\s+<hostname>mail\.x\.example<\/hostname>\s+<port>1993</);
    expect(xml).toMatch(/type="smtp">\s+<hostname>mail\.x\.example<\/hostname>\s+<port>465</);
  });

  it("are compared with what the DNS says", () => {
    const spf = records.find(({ about, name }) => about === "SPF" && name === "kommune.example");
    const mx = records.find(({ about }) => about === "MX");
    if (!spf || !mx) throw new Error("no record");
    expect(recordProblem(spf, ["google-site=1", spf.value])).toBeUndefined();
    expect(recordProblem(spf, ["google-site=1"])).toBe("missing");
    expect(recordProblem(spf, ["v=spf1 ~all"])).toBe("is: v=spf1 ~all");
    expect(recordProblem(spf, [spf.value, "v=spf1 ~all"])).toMatch(/^more than one SPF/);
    expect(recordProblem(mx, ["10 MAIL.x.example."])).toBeUndefined();
    expect(recordProblem(mx, [mx.value, "0 old.example."])).toBe("another server takes mail too: 0 old.example.");
  });
});
