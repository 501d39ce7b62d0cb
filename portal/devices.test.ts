import { type HTMLElement, parse } from "node-html-parser";
import { describe, expect, it } from "vitest";
import type { AppPasswordKind } from "../model/app-password.ts";
import { claimHeaders } from "../model/identity-headers.ts";
import type { User } from "../web/user.ts";
import type { AppPasswords, ListedAppPassword } from "./access.ts";
import { portalApp } from "./app.ts";
import { davLink, devicesOf, kindsOf, thunderbirdCode } from "./devices.ts";
import type { PortalService, PortalSettings } from "./settings.ts";
import { deviceTexts } from "./texts-devices.ts";

const key = "0123456789abcdef0123456789abcdef";
const origin = "https://start.demo.localhost:8443";
const named = { title: { da: "Navn", en: "Name" }, about: { da: "Om", en: "About" } };
const mail: PortalService = {
  service: "mail",
  ...named,
  settings: [
    { kind: "imap", host: "mail.kommune.example", port: 993, security: "tls" },
    { kind: "smtp", host: "mail.kommune.example", port: 587, security: "starttls" },
  ],
};
const calendar: PortalService = {
  service: "groupware",
  ...named,
  settings: [
    { kind: "caldav", url: "https://kalender.kommune.example:8443/dav/{guid}/" },
    { kind: "carddav", url: "https://kalender.kommune.example:8443/dav/{user}/" },
  ],
};
const files: PortalService = {
  service: "files",
  ...named,
  settings: [{ kind: "webdav", url: "https://filer.kommune.example/dav/" }],
};
const user: User = {
  guid: "5d0c-1",
  user: "åse",
  name: `Åse "Bæk" <O'Neill>`,
  mail: "aase@kommune.example",
  department: "",
  title: "",
  groups: [],
  loggedInAt: undefined,
  token: "",
};
const known: ListedAppPassword[] = [
  {
    id: "k3m9",
    name: `Min "telefon" <3>`,
    protocols: ["mail", "dav"],
    createdAt: "2026-11-20T10:00:00Z",
    usedAt: null,
  },
];
const password = "k3m9-7xq2-hd4w-0nzt-v8pa";

/** Notes what it is asked, as the access service would do it. */
class Noted implements AppPasswords {
  readonly asked: unknown[] = [];
  readonly answer: { readonly password: string } | "tooMany";
  constructor(answer: Noted["answer"] = { password }) {
    this.answer = answer;
  }
  async list(guid: string) {
    this.asked.push(["list", guid]);
    return known;
  }
  async make(guid: string, name: string, protocols: readonly AppPasswordKind[]) {
    this.asked.push(["make", guid, name, protocols]);
    return this.answer;
  }
  async remove(guid: string, id: string) {
    this.asked.push(["remove", guid, id]);
  }
}

interface Ask {
  readonly appPasswords?: AppPasswords;
  readonly services?: readonly PortalService[];
  readonly form?: URLSearchParams;
  readonly from?: string;
  readonly loggedIn?: boolean;
}

async function ask(path: string, options: Ask = {}) {
  const { appPasswords = new Noted(), services = [mail, calendar, files], form, from = origin } = options;
  const settings: PortalSettings = {
    site: { municipality: "Ærøskøbing & omegn", language: "da", startOrigin: origin, origin },
    issuer: "https://login.demo.localhost:8443/realms/planb",
    statusUrl: "https://steward:9100/status.json",
    accessUrl: "https://access:8443",
    help: {},
    services,
  };
  const sources = { state: async () => undefined, factors: async () => undefined };
  const app = portalApp({ settings, identityKey: key, sources, appPasswords, log: () => {} });
  const claims = { guid: user.guid, user: user.user, name: user.name, mail: user.mail };
  const headers = claimHeaders(key, options.loggedIn === false ? {} : claims);
  const response = await app.request(path, {
    headers: { ...headers, ...(form ? { origin: from } : {}) },
    ...(form ? { method: "POST", body: form } : {}),
  });
  const text = await response.text();
  return { response, text, root: parse(text) };
}

/** A property list as plain data. */
function readPlist(element: HTMLElement): unknown {
  const children = element.childNodes.filter((node): node is HTMLElement => node.nodeType === 1);
  switch (element.rawTagName) {
    case "dict":
      return Object.fromEntries(
        children.flatMap((child, i) =>
          child.rawTagName === "key" && children[i + 1]
            ? [[child.textContent, readPlist(children[i + 1] as HTMLElement)]]
            : [],
        ),
      );
    case "array":
      return children.map(readPlist);
    case "integer":
      return Number(element.textContent);
    case "true":
    case "false":
      return element.rawTagName === "true";
    default:
      return element.textContent;
  }
}
const profileOf = (text: string) =>
  readPlist(parse(text.replaceAll(/<(true|false)\/>/g, "<$1></$1>")).querySelector("plist > dict") as HTMLElement) as {
    PayloadContent: Record<string, unknown>[];
  };

describe("what devices need", () => {
  const devices = devicesOf([mail, calendar, files], user);

  it("holds the person's own addresses", () => {
    expect(devices.caldav).toBe("https://kalender.kommune.example:8443/dav/5d0c-1/");
    expect(devices.carddav).toBe("https://kalender.kommune.example:8443/dav/%C3%A5se/");
    expect(kindsOf(devices)).toEqual(["mail", "dav"]);
    expect(kindsOf(devicesOf([mail], user))).toEqual(["mail"]);
    expect(kindsOf(devicesOf([files], user))).toEqual(["dav"]);
    expect(devicesOf([{ service: "lists", ...named }], user)).toEqual({});
  });

  it("is told to Thunderbird for Android in its own format", () => {
    const server = ["mail.kommune.example", user.mail] as const;
    expect(JSON.parse(String(thunderbirdCode(devices, user)))).toEqual([
      1,
      [1, 1],
      [0, server[0], 993, 3, 1, server[1]],
      [
        [
          [0, server[0], 587, 2, 1, server[1]],
          [user.mail, user.name],
        ],
      ],
    ]);
    expect(JSON.parse(String(thunderbirdCode(devices, user, password)))).toEqual([
      1,
      [1, 1],
      [0, server[0], 993, 3, 1, server[1], user.mail, password],
      [
        [
          [0, server[0], 587, 2, 1, server[1], password],
          [user.mail, user.name],
        ],
      ],
    ]);
    expect(thunderbirdCode(devices, { ...user, mail: "" })).toBeUndefined();
    expect(thunderbirdCode(devicesOf([calendar], user), user)).toBeUndefined();
  });

  it("opens DAVx5 with the user name filled in", () => {
    expect(davLink(devices, user)).toBe("caldavs://aase%40kommune.example@kalender.kommune.example:8443/dav/5d0c-1/");
    expect(davLink(devicesOf([mail], user), user)).toBeUndefined();
  });
});

describe("the page on phones and mail programs", () => {
  it("shows each device its way, and all settings as text", async () => {
    const { root } = await ask("/telefon");
    expect(root.querySelectorAll("h2").map((h) => h.id)).toEqual([
      ...["foerst", "apple", "android", "dav", "thunderbird", "filer", "alle"],
    ]);
    expect(root.querySelectorAll(".qr")).toHaveLength(3);
    const rows = root
      .querySelectorAll("#alle ~ .scroll tbody tr")
      .map((row) => row.childNodes.map((n) => n.textContent));
    expect(rows).toEqual([
      ["Indgående mail (IMAP)", "mail.kommune.example", "993", "SSL/TLS"],
      ["Udgående mail (SMTP)", "mail.kommune.example", "587", "STARTTLS"],
      ["Kalender (CalDAV)", "https://kalender.kommune.example:8443/dav/5d0c-1/", "8443", "SSL/TLS"],
      ["Kontakter (CardDAV)", "https://kalender.kommune.example:8443/dav/%C3%A5se/", "8443", "SSL/TLS"],
      ["Filer (WebDAV)", "https://filer.kommune.example/dav/", "443", "SSL/TLS"],
    ]);
  });

  it("shows only what the stack has, and is not there when it has nothing", async () => {
    const ids = async (services: readonly PortalService[]) =>
      (await ask("/telefon", { services })).root.querySelectorAll("h2").map((h) => h.id);
    expect(await ids([files])).toEqual(["foerst", "filer", "alle"]);
    expect(await ids([mail])).toEqual(["foerst", "apple", "android", "thunderbird", "alle"]);
    const without = { services: [{ service: "lists", ...named }] };
    for (const path of ["/telefon", "/app-adgangskoder"]) expect((await ask(path, without)).response.status).toBe(404);
    expect((await ask("/", without)).root.querySelector("#enheder")).toBeNull();
    expect((await ask("/")).root.querySelectorAll("#enheder ~ ul a").map((a) => a.getAttribute("href"))).toEqual([
      "/telefon",
      "/app-adgangskoder",
    ]);
  });

  it("gives iPhones a profile, whose password is asked for there", async () => {
    const { response, text } = await ask("/telefon/profil.mobileconfig");
    expect(response.headers.get("content-type")).toBe("application/x-apple-aspen-config");
    const { PayloadContent, ...profile } = profileOf(text);
    expect(profile).toMatchObject({
      PayloadType: "Configuration",
      PayloadIdentifier: "localhost.demo.start.planb",
      PayloadOrganization: "Ærøskøbing & omegn",
    });
    expect(PayloadContent).toMatchObject([
      {
        PayloadType: "com.apple.mail.managed",
        EmailAccountName: user.name,
        EmailAddress: user.mail,
        IncomingMailServerHostName: "mail.kommune.example",
        IncomingMailServerPortNumber: 993,
        IncomingMailServerUseSSL: true,
        OutgoingMailServerPortNumber: 587,
      },
      {
        PayloadType: "com.apple.caldav.account",
        CalDAVHostName: "kalender.kommune.example",
        CalDAVPort: 8443,
        CalDAVPrincipalURL: "/dav/5d0c-1/",
        CalDAVUseSSL: true,
        CalDAVUsername: user.mail,
      },
      { PayloadType: "com.apple.carddav.account", CardDAVPrincipalURL: "/dav/%C3%A5se/" },
    ]);
    expect(text).not.toMatch(/Password<\/key><string>/);
  });

  it("puts the password into the profile only from the page that showed it, and only where it is good for", async () => {
    const sent = (extra: Record<string, string>) => new URLSearchParams({ password, ...extra });
    const path = "/telefon/profil.mobileconfig";
    const mailOnly = profileOf((await ask(path, { form: sent({ mail: "1" }) })).text).PayloadContent;
    expect(mailOnly.map((payload) => payload["IncomingPassword"])).toEqual([password]);
    const both = profileOf((await ask(path, { form: sent({ mail: "1", dav: "1" }) })).text).PayloadContent;
    expect(both.map((p) => p["IncomingPassword"] ?? p["CalDAVPassword"] ?? p["CardDAVPassword"])).toEqual(
      Array(3).fill(password),
    );
    expect((await ask(path, { form: new URLSearchParams({ password: "Sommer2026" }) })).response.status).toBe(403);
    expect((await ask(path, { form: sent({}), from: "https://evil.example" })).response.status).toBe(403);
  });
});

describe("the page on app passwords", () => {
  const path = "/app-adgangskoder";

  it("lists what somebody has", async () => {
    const { root } = await ask(path);
    expect(root.querySelectorAll("tbody tr > *").map((cell) => cell.textContent)).toEqual([
      `Min "telefon" <3>`,
      "Mail + Kalender, kontakter og filer",
      "20. november 2026",
      "Ikke brugt endnu",
      "Fjern",
    ]);
    expect(root.querySelector("tbody a")?.getAttribute("href")).toBe(`${path}/k3m9/fjern`);
    expect(root.querySelectorAll("form input[type=checkbox]").map((box) => box.getAttribute("value"))).toEqual([
      "mail",
      "dav",
    ]);
  });

  it("makes one for the person that edge tells of, and shows it this once", async () => {
    const appPasswords = new Noted();
    const form = new URLSearchParams([
      ["name", "  Min\r\nnye telefon "],
      ["kind", "mail"],
      ["kind", "andet"],
      ["guid", "en-anden"],
    ]);
    const { response, root } = await ask(path, { appPasswords, form });
    expect(response.status).toBe(201);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(appPasswords.asked).toEqual([["make", user.guid, "Min nye telefon", ["mail"]]]);
    expect(root.querySelectorAll("dd.code").map((dd) => dd.textContent)).toEqual([user.mail, password]);
    expect(root.querySelectorAll(".qr")).toHaveLength(1);
    expect(root.querySelectorAll("form input").map((i) => [i.getAttribute("name"), i.getAttribute("value")])).toEqual([
      ["password", password],
      ["mail", "1"],
    ]);
  });

  it("shows no code for mail where it is not for mail", async () => {
    const form = new URLSearchParams({ name: "Kalender", kind: "dav" });
    expect((await ask(path, { form })).root.querySelectorAll(".qr")).toHaveLength(0);
  });

  it.each([
    [{ name: " ", kind: "mail" }, deviceTexts.da.passwords.form.nameMissing],
    [{ name: "Tlf" }, deviceTexts.da.passwords.form.whatMissing],
    [{ name: "Tlf", kind: "mail" }, deviceTexts.da.passwords.form.tooMany],
  ])("says what is wrong with %j, and keeps what was written", async (sent, words) => {
    const appPasswords = new Noted("tooMany");
    const { response, root } = await ask(path, {
      appPasswords,
      form: new URLSearchParams(sent as Record<string, string>),
    });
    expect(response.status).toBe(422);
    expect(root.querySelectorAll(".wrong, .alert.bad").map((e) => e.textContent)).toEqual([words]);
    expect(root.querySelector("#name")?.getAttribute("value")).toBe(sent.name.trim());
  });

  it("asks before it removes one, and says so afterwards", async () => {
    const appPasswords = new Noted();
    const { root } = await ask(`${path}/k3m9/fjern`, { appPasswords });
    expect(root.querySelector("h1")?.textContent).toBe(`Fjern adgangen for “Min "telefon" <3>”?`);
    expect(root.querySelector("form")?.getAttribute("action")).toBe(`${path}/k3m9/fjern`);
    const { response } = await ask(`${path}/k3m9/fjern`, { appPasswords, form: new URLSearchParams() });
    expect([response.status, response.headers.get("location")]).toEqual([303, `${path}?fjernet=1`]);
    expect(appPasswords.asked.at(-1)).toEqual(["remove", user.guid, "k3m9"]);
    expect((await ask(`${path}?fjernet=1`)).root.querySelector(".alert.good")).not.toBeNull();
    expect((await ask(`${path}/zzzz/fjern`)).response.headers.get("location")).toBe(path);
  });

  it("lets nobody in who is not logged in, nor a form from elsewhere", async () => {
    const appPasswords = new Noted();
    const form = new URLSearchParams({ name: "Tlf", kind: "mail" });
    for (const page of [path, `${path}/k3m9/fjern`, "/telefon", "/telefon/profil.mobileconfig"]) {
      expect((await ask(page, { appPasswords, loggedIn: false })).response.status).toBe(403);
    }
    expect((await ask(path, { appPasswords, form, loggedIn: false })).response.status).toBe(403);
    expect((await ask(path, { appPasswords, form, from: "https://lister.demo.localhost:8443" })).response.status).toBe(
      403,
    );
    expect(appPasswords.asked).toEqual([]);
  });

  it("says so when the access service is away, and offers no form", async () => {
    const appPasswords = new Noted();
    appPasswords.list = () => Promise.reject(new Error("væk"));
    const { root } = await ask(path, { appPasswords });
    expect(root.querySelector("#liste ~ p")?.textContent).toBe(deviceTexts.da.passwords.list.away);
    expect(root.querySelector("form")).toBeNull();
  });
});

describe("the texts on devices", () => {
  it("are not the same in both languages, but for names", () => {
    const flat = (value: unknown, at: string): [string, string][] =>
      typeof value === "object" && value !== null
        ? Object.entries(value).flatMap(([name, inner]) => flat(inner, `${at}.${name}`))
        : [[at, typeof value === "function" ? String(value("X")) : String(value)]];
    const [da, en] = [flat(deviceTexts.da, ""), new Map(flat(deviceTexts.en, ""))];
    expect(da.map(([at]) => at)).toEqual([...en.keys()]);
    expect(da.filter(([at, text]) => en.get(at) === text).map(([at]) => at)).toEqual([]);
  });
});
