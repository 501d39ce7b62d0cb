import { parse } from "node-html-parser";
import { describe, expect, it } from "vitest";
import { claimHeaders, type IdentityClaim, tokenHeader } from "../model/identity-headers.ts";
import { portalApp } from "./app.ts";
import type { PortalSettings } from "./settings.ts";
import { readFactors, readState, type Sources } from "./sources.ts";
import { texts } from "./texts.ts";

const key = "0123456789abcdef0123456789abcdef";
const settings: PortalSettings = {
  site: {
    municipality: `Ærøskøbing "By & Land" <o'Brien>`,
    language: "da",
    startOrigin: "https://start.demo.localhost:8443",
    origin: "https://start.demo.localhost:8443",
  },
  issuer: "https://login.demo.localhost:8443/realms/planb",
  statusUrl: "https://steward:9100/status.json",
  help: { phone: "57 62 62 62", hours: "Hverdage kl. 7-16", text: "Spørg <efter> Åse & Søren" },
  services: [
    {
      service: "sso",
      title: { da: "Login", en: "Login" },
      about: { da: "Om login", en: "About login" },
      url: "https://login.demo.localhost:8443/x",
    },
    { service: "directory", title: { da: "Brugerkatalog", en: "User directory" }, about: { da: "Om", en: "About" } },
    { service: "mail", title: { da: "Mail", en: "Mail" }, about: { da: "Om", en: "About" } },
  ],
};
const away: Sources = { state: async () => undefined, factors: async () => undefined };
const there: Sources = {
  state: async () => ({
    services: { sso: true, directory: false },
    directoryAgeSeconds: 7300,
    seenAt: new Date("2026-01-02T12:34:00Z"),
  }),
  factors: async (token) =>
    token === "token"
      ? [{ type: "otp", label: 'Min "telefon" <3>', created: new Date("2026-01-02T12:00:00Z") }]
      : undefined,
};
const person: Partial<Record<IdentityClaim, string>> = {
  guid: "5d0c-1",
  user: "soeren.o'neill",
  name: `Søren "Bæk" O'Neill <script>alert(1)</script>`,
  mail: "soeren@demo.localhost",
  department: "Økonomi & Løn, 2. sal",
  groups: "g1,g2,g3",
  loginTime: "1764000000",
};
const headersOf = (claims: Partial<Record<IdentityClaim, string>>): Record<string, string> => ({
  ...claimHeaders(key, claims),
  [tokenHeader(key)]: Buffer.from("token").toString("base64url"),
});
const page = async (path: string, options: { headers?: Record<string, string>; sources?: Sources } = {}) => {
  const app = portalApp({ settings, identityKey: key, sources: options.sources ?? there, log: () => {} });
  const response = await app.request(path, { headers: options.headers ?? headersOf(person) });
  const text = await response.text();
  return { response, text, root: parse(text) };
};

describe("the start page", () => {
  it("shows who is logged in, unharmed and escaped", async () => {
    const { root, text } = await page("/");
    expect(text).not.toContain("<script");
    expect(root.querySelector("h1")?.textContent).toBe(`Goddag, ${person.name}`);
    expect(root.querySelectorAll("#dig + dl dd").map((dd) => dd.textContent)).toEqual([
      person.name,
      person.user,
      person.mail,
      person.department,
      "3",
      "24. november 2025 kl. 17.00",
    ]);
    expect(root.querySelector(".brand")?.textContent).toBe(settings.site.municipality);
    expect(root.querySelector(".call a")?.getAttribute("href")).toBe("tel:57626262");
    expect(text).toContain("Spørg &lt;efter&gt; Åse &amp; Søren");
  });

  it("tells each service's state in words, and the age of the directory's copy", async () => {
    const states = (await page("/")).root.querySelectorAll(".rows li");
    expect(states.map((li) => li.querySelector(".state")?.textContent)).toEqual(["Kører", "Svarer ikke", "Ukendt"]);
    expect(states[1]?.textContent).toContain("Kopieret for 2 timer siden.");
    expect((await page("/")).root.textContent).toContain("Set kl. 13.34.");
    const unknown = (await page("/", { sources: away })).root;
    expect(unknown.querySelectorAll(".state").map((s) => s.textContent)).toEqual(["Ukendt", "Ukendt", "Ukendt"]);
    expect(unknown.textContent).toContain("Tilstanden kan ikke læses lige nu");
  });

  it("tells the second factors, and offers those that are missing", async () => {
    const { root } = await page("/");
    expect(root.querySelector(".factor")?.textContent).toBe('Kode-app, Min "telefon" <3>, fra 2. januar 2026');
    const offers = root.querySelectorAll("#totrin ~ .actions a");
    expect(offers.map((a) => a.textContent)).toEqual([
      "Tilføj en sikkerhedsnøgle",
      "Tilføj en adgangsnøgle",
      "Lav gendannelseskoder",
      "Vis og fjern",
    ]);
    const link = new URL(String(offers[0]?.getAttribute("href")), settings.site.startOrigin);
    expect(Object.fromEntries(link.searchParams)).toEqual({
      iss: settings.issuer,
      target_link_uri: `${settings.site.startOrigin}/`,
      auth_request_params: "kc_action=webauthn-register",
    });
    expect((await page("/", { sources: away })).root.textContent).toContain("Det kan ikke læses lige nu");
  });

  it("believes no header but edge's own", async () => {
    const forged = { "x-planb-user": "mayor", "remote-user": "mayor", "x-forwarded-user": "mayor" };
    const { response } = await page("/", { headers: forged });
    expect(response.status).toBe(302);
    expect(response.headers.get("location")).toBe("/hjaelp");
    const empty = Object.fromEntries(Object.keys(headersOf(person)).map((name) => [name, ""]));
    expect((await page("/", { headers: empty })).response.status).toBe(302);
  });

  it("is strict with browsers: no script, no frame, nothing kept", async () => {
    const { response } = await page("/");
    expect(response.headers.get("content-security-policy")).toBe(
      "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    );
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect((await page("/stil.css")).response.headers.get("content-type")).toContain("text/css");
  });
});

describe("every page", () => {
  const paths = ["/", "/hjaelp", "/logget-ud", "/findes-ikke"];

  it.each(paths)(
    "%s has one headline, landmarks, a skip link, names for its sections, and no inline style",
    async (path) => {
      const { root, text } = await page(path);
      expect(root.querySelectorAll("h1")).toHaveLength(1);
      for (const landmark of ["header", "nav", "main", "footer"])
        expect(root.querySelectorAll(landmark)).toHaveLength(1);
      expect(root.querySelector("body > a")?.getAttribute("href")).toBe("#indhold");
      for (const section of root.querySelectorAll("section[aria-labelledby]"))
        expect(root.querySelector(`#${section.getAttribute("aria-labelledby")}`)?.tagName).toBe("H2");
      const ids = root.querySelectorAll("[id]").map((element) => element.id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(text).not.toMatch(/ style="|<style|undefined|\[object/);
    },
  );

  it.each(paths)("%s speaks the language that is asked for", async (path) => {
    const asked = async (query: string, headers: Record<string, string>) =>
      (await page(path + query, { headers: { ...headersOf(person), ...headers } })).root
        .querySelector("html")
        ?.getAttribute("lang");
    expect(await asked("", {})).toBe("da");
    expect(await asked("", { "accept-language": "en-GB,en;q=0.9" })).toBe("en");
    expect(await asked("", { "accept-language": "nb-NO,nb;q=0.9" })).toBe("da");
    expect(await asked("?lang=en", { "accept-language": "da" })).toBe("en");
    expect(await asked("", { cookie: "planb-sprog=en", "accept-language": "da" })).toBe("en");
    expect(await asked("?lang=xx", {})).toBe("da");
  });

  it("keeps the languages apart: no text is the same in both but names", () => {
    const flat = (value: unknown, path: string): [string, string][] =>
      typeof value === "string"
        ? [[path, value]]
        : typeof value === "function"
          ? [[path, String((value as (x: unknown) => string)(5))]]
          : Object.entries(value as object).flatMap(([k, v]) => flat(v, `${path}.${k}`));
    const [da, en] = [flat(texts.da, ""), flat(texts.en, "")];
    expect(da.map(([path]) => path)).toEqual(en.map(([path]) => path));
    const same = da.filter(([path, text], i) => en[i]?.[0] === path && en[i]?.[1] === text).map(([path]) => path);
    expect(same).toEqual([".me.mail", ".help.mail"]);
    for (const [, text] of [...da, ...en]) expect(text.trim()).not.toBe("");
  });
});

describe("what others tell", () => {
  it("is read leniently where it grows, and refused where it is something else", () => {
    expect(
      readState({
        at: "x",
        services: [
          { service: "sso", ok: true, probes: [{ at: "2026-01-02T12:00:00Z" }, { at: "2026-01-02T12:05:00Z" }] },
          { service: "files", ok: true, probes: [{ at: "2026-01-02T12:04:00Z" }, { new: 1 }, "odd"] },
          { service: "mail" },
        ],
        directory: { ageSeconds: 3 },
      }),
    ).toEqual({
      services: { sso: true, files: true, mail: undefined },
      directoryAgeSeconds: 3,
      seenAt: new Date("2026-01-02T12:04:00Z"),
    });
    expect(readState({ services: [] })).toEqual({ services: {} });
    expect(() => readState("<html>")).toThrow();
    expect(
      readFactors([
        { type: "password", userCredentialMetadatas: [{ credential: { createdDate: 1 } }] },
        {
          type: "otp",
          userCredentialMetadatas: [{ credential: { userLabel: "Tlf", createdDate: 1000 } }, { credential: {} }],
        },
      ]),
    ).toEqual([
      { type: "otp", label: "Tlf", created: new Date(1000) },
      { type: "otp", label: "", created: undefined },
    ]);
  });
});
