import { describe, expect, it } from "vitest";
import { stackIdentity } from "../../config/index.ts";
import { listsSettings } from "../../lists/settings.ts";
import { listsDutySchema } from "../../steward/lists/config.ts";
import { mailmanCfg, mailRecipients, stunnelConf } from "./conf.ts";
import { listsConfig } from "./config.ts";
import { listsMailRoute } from "./index.ts";
import { stewardJson } from "./steward.ts";
import { listsWorkload } from "./workloads.ts";

const list = { name: "it-drift", title: 'It, "drift" & Æ', owners: ["G-It, drift"] };
const config = listsConfig.parse({ domain: "liste.kommune.example", lists: [list] });
const problems = (lists: readonly object[]) =>
  listsConfig
    .safeParse({ domain: "liste.kommune.example", lists })
    .error?.issues.map(({ path, message }) => [path.join("."), message]);

describe("the section lists", () => {
  it.each(['it"drift', "it drift", "IT", "it,drift", "æ", "../x", "-x", "x\n", "", "it'drift", "a".repeat(41)])(
    "refuses the name %j and says what is allowed",
    (name) => expect(problems([{ ...list, name }])?.[0]?.[0]).toBe("lists.0.name"),
  );
  it.each(["it-owner", "x-request", "planb-proeve", "postmaster", "a..b"])("refuses the name %j: taken", (name) =>
    expect(problems([{ ...list, name }])?.[0]?.[1]).toMatch(/taken|must not end/),
  );
  it("refuses two of a name, a list nobody owns and a title of two lines", () => {
    expect(problems([list, list])).toEqual([["lists.1.name", 'two lists are called "it-drift"']]);
    expect(problems([{ ...list, owners: [] }])?.[0]?.[0]).toBe("lists.0.owners");
    expect(problems([{ ...list, title: "a\nSubject: b" }])?.[0]?.[0]).toBe("lists.0.title");
  });
});

describe("what the lists run with", () => {
  const identity = stackIdentity("demo", {
    municipality: "Demo",
    domain: "demo.localhost",
    language: "da",
    mode: "active",
    host: { address: "127.0.0.1", httpPort: 80, httpsPort: 443 },
  });
  const workload = listsWorkload({
    identity,
    config,
    database: { host: "database", port: 5432, name: "lists", user: "lists" },
    mail: { host: "mail", port: 2526 },
    ownDomains: ["kommune.example"],
    linkKey: "l",
    probeAddress: "planb-proeve@kommune.example",
    ...{ caPem: "ca", certPem: "cert", keyPem: "key", identityKey: "k", stewardToken: "t" },
    ...{ restPassword: "r", databasePassword: "d", mailmanCfg: "cfg" },
  });

  it("is settings the program reads, with the hidden list of the probes", () => {
    const settings = listsSettings.parse(JSON.parse(String(workload.files?.["lists.json"])));
    expect(settings.lists.map(({ name, hidden, fixed }) => ({ name, hidden, fixed }))).toEqual([
      { name: "it-drift", hidden: false, fixed: [] },
      { name: "planb-proeve", hidden: true, fixed: ["planb-proeve@kommune.example"] },
    ]);
    expect(settings.lists[0]).not.toHaveProperty("owners");
  });
  it("has no secret but in secret files", () => {
    const cfg = mailmanCfg({
      domain: "liste.kommune.example",
      database: { host: "database", port: 5432, name: "lists", user: "lists" },
      databasePassword: "pa+ss",
      restPassword: "rest",
    });
    expect(cfg).toContain("postgresql://lists:pa%2Bss@database:5432/lists?sslmode=verify-full");
    expect(Object.keys(workload.secretFiles ?? {})).toContain("secrets/mailman.cfg");
  });
  it("checks both ends of the mail by name", () =>
    expect(stunnelConf({ lmtpPort: 8024, mail: { host: "mail", port: 2526 } }).match(/checkHost = mail/g)).toHaveLength(
      2,
    ));
  it("tells the steward the groups by name", () =>
    expect(listsDutySchema.parse(JSON.parse(stewardJson(config))).lists).toEqual([
      { name: "it-drift", members: [], owners: ["G-It, drift"], moderators: [] },
    ]));
});

describe("the addresses of lists", () => {
  const known = (address: string) => listsMailRoute(config).recipients.some((one) => new RegExp(one).test(address));
  it.each([
    "it-drift@liste.kommune.example",
    "it-drift-owner@liste.kommune.example",
    "it-drift-bounces+anna=x.example@liste.kommune.example",
    "it-drift-confirm+0123abcd@liste.kommune.example",
    "planb-proeve@liste.kommune.example",
  ])("%s is one", (address) => expect(known(address)).toBe(true));
  it.each(["it-drift2@liste.kommune.example", "x@liste.kommune.example", "it-drift@listexkommune.example"])(
    "%s is none",
    (address) => expect(known(address)).toBe(false),
  );
  it("takes dots in names as dots", () =>
    expect(new RegExp(mailRecipients("l.example", ["a.b"])[0] ?? "").test("axb@l.example")).toBe(false));
});
