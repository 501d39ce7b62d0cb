import { html } from "hono/html";
import { HTTPException } from "hono/http-exception";
import { parse } from "node-html-parser";
import { describe, expect, it } from "vitest";
import { claimHeaders, identityClaims, tokenHeader } from "../model/identity-headers.ts";
import { webApp } from "./app.ts";
import { choices, field, postButton, select } from "./forms.ts";
import { layout } from "./layout.ts";
import { alert, breadcrumbs, table } from "./parts.ts";
import { openWebPaths } from "./paths.ts";
import { qrCode } from "./qr.ts";
import { frameTexts } from "./texts.ts";
import { age } from "./time.ts";
import { readUser } from "./user.ts";

const key = "0123456789abcdef0123456789abcdef";
const site = {
  municipality: `Ærøskøbing "By & Land" <o'Brien>`,
  language: "da" as const,
  startOrigin: "https://start.demo.localhost:8443",
  origin: "https://lister.demo.localhost:8443",
};
const person = claimHeaders(key, { guid: "guid-1", user: "åse" });
const logged: string[] = [];
const { app, page, visitor } = webApp({
  site,
  identityKey: key,
  log: (line) => logged.push(line),
  menu: () => [{ href: "/mine", text: "Mine <lister>" }],
  away: ({ message }, language) => (message === "borte" ? { title: "Lister", text: `Vent ${language}` } : undefined),
});
app.get("/borte", () => {
  throw new Error("borte");
});
app.get("/kendt", (c) => c.text(visitor(c).user.guid));
app.get("/mine", (c) => c.html(layout(page(c), "Mine", html`<h1>${page(c).user?.guid ?? "ingen"}</h1>`)));
app.post("/mine", async (c) => c.text(`taget: ${(await c.req.formData()).get("a")}`));
app.get("/fejl/:status", (c) => {
  const status = Number(c.req.param("status"));
  throw status === 500 ? new Error("en fejl") : new HTTPException(status as 403);
});

const get = async (path: string, headers: Record<string, string> = person) => {
  const response = await app.request(path, { headers });
  const text = await response.text();
  return { response, text, root: parse(text) };
};
const post = (headers: Record<string, string>, type = "application/x-www-form-urlencoded") =>
  app.request("/mine", { method: "POST", body: "a=1", headers: { "content-type": type, ...headers } });

describe("a site's ground", () => {
  it("says that something is away, in the language asked for, and logs nothing", async () => {
    const before = logged.length;
    const { response, root } = await get("/borte?lang=en");
    expect([response.status, root.querySelector("main")?.text]).toEqual([503, expect.stringContaining("Vent en")]);
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(logged.slice(before)).toEqual([]);
  });
  it("refuses who is not logged in where a login is needed", async () => {
    expect((await get("/kendt", {})).response.status).toBe(403);
    expect((await get("/kendt")).text).toBe("guid-1");
  });
  it("takes forms from itself alone", async () => {
    expect((await post({ origin: site.origin })).status).toBe(200);
    expect((await post({ "sec-fetch-site": "same-origin" })).status).toBe(200);
    for (const headers of [
      {},
      { origin: "null" },
      { origin: site.startOrigin },
      { origin: "https://evil.example", "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { "sec-fetch-site": "none" },
    ] as Record<string, string>[]) {
      const response = await post(headers);
      expect([headers, response.status]).toEqual([headers, 403]);
      expect(await response.text()).toContain(frameTexts.da.refused.title);
      expect((await post(headers, "text/plain")).status).toBe(403);
    }
  });

  it("leads to the start page, marks its own place, and logs out at its own host", async () => {
    const { root } = await get("/mine?q=%C3%A5&lang=da");
    const links = root.querySelectorAll("header nav a").map((a) => a.getAttribute("href"));
    expect(links).toEqual([
      `${site.startOrigin}/`,
      "/mine",
      `${site.startOrigin}/hjaelp`,
      "/mine?q=%C3%A5&lang=en",
      `/oidc?logout=${encodeURIComponent(`${site.origin}/logget-ud`)}`,
    ]);
    expect(root.querySelector("[aria-current=page]")?.textContent).toBe("Mine <lister>");
    expect(root.querySelector("h1")?.textContent).toBe("guid-1");
    expect(root.querySelector(".brand")?.textContent).toBe(site.municipality);
    const stranger = (await get("/mine", {})).root;
    expect(stranger.querySelectorAll("header nav a")).toHaveLength(3);
    expect(stranger.querySelector("h1")?.textContent).toBe("ingen");
  });

  it("serves what needs no login, and keeps nothing else in the browser", async () => {
    for (const path of openWebPaths) expect((await get(path, {})).response.status).toBe(200);
    expect((await get("/mine")).response.headers.get("cache-control")).toBe("no-store");
    expect((await get("/logget-ud")).root.querySelectorAll("header nav a")).toHaveLength(3);
  });

  it.each([
    [403, frameTexts.da.refused.title],
    [404, frameTexts.da.missing.title],
    [413, frameTexts.da.tooLarge.title],
    [500, frameTexts.da.failed.title],
  ])("says %i in words", async (status, title) => {
    const { response, root } = await get(`/fejl/${status}`);
    expect(response.status).toBe(status);
    expect(root.querySelector("h1")?.textContent).toBe(title);
    expect(logged.join().includes("en fejl")).toBe(status === 500);
  });

  it("lets scripts run only where a site says so, and only its own files", async () => {
    const policy = async (scripts: boolean) => {
      const scripted = webApp({ site, identityKey: key, log: () => {}, scripts });
      return (await scripted.app.request("/x")).headers.get("content-security-policy");
    };
    expect(await policy(false)).not.toContain("script-src");
    expect(await policy(true)).toContain("script-src 'self'; connect-src 'self'");
  });
});

describe("who is logged in", () => {
  it("is read from edge's headers, groups by their ids", () => {
    const claims = Object.fromEntries(Object.keys(identityClaims).map((claim) => [claim, `ø-${claim}`]));
    const headers = claimHeaders(key, { ...claims, groups: "g1,g2", loginTime: "1764000000" });
    const all = { ...headers, [tokenHeader(key)]: Buffer.from("tegn").toString("base64url") };
    expect(readUser((name) => (all as Record<string, string>)[name], key)).toEqual({
      guid: "ø-guid",
      user: "ø-user",
      name: "ø-name",
      mail: "ø-mail",
      department: "ø-department",
      title: "ø-title",
      groups: ["g1", "g2"],
      loggedInAt: new Date(1764000000000),
      token: "tegn",
    });
    expect(readUser(() => undefined, key)).toBeUndefined();
  });
});

describe("the parts", () => {
  it("escape all they are given", async () => {
    const evil = `<b a="'&">`;
    const all = [
      table({ caption: evil, head: [evil, evil], rows: [[evil, evil]], empty: "" }),
      table({ caption: "", head: [], rows: [], empty: evil }),
      alert("bad", evil),
      breadcrumbs("da", [{ text: evil, href: evil }, { text: evil }]),
      field({ name: "a", label: evil, value: evil, hint: evil, error: evil }),
      field({ name: "a", label: evil, value: evil, type: "textarea" }),
      choices("radio", "a", evil, [{ value: evil, label: evil, hint: evil }]),
      select("a", evil, [{ value: evil, label: evil, chosen: true }]),
      postButton(evil, evil, { label: evil, hidden: { [evil]: evil } }),
    ];
    for (const part of all) {
      const text = String(await part);
      expect(text).not.toContain("<b ");
      expect(text).toContain("&lt;b a=&quot;&#39;&amp;&quot;&gt;");
    }
  });

  it("name fields, their hints and what is wrong with them", async () => {
    const root = parse(String(await field({ name: "n", label: "Navn", hint: "h", error: "e", required: true })));
    expect(root.querySelector("label")?.getAttribute("for")).toBe("n");
    const input = root.querySelector("input");
    expect(input?.getAttribute("aria-describedby")).toBe("n-hint n-error");
    expect(input?.getAttribute("aria-invalid")).toBe("true");
    expect(input?.hasAttribute("required")).toBe(true);
    for (const id of ["n-hint", "n-error"]) expect(root.querySelector(`#${id}`)).not.toBeNull();
  });

  it("draw a QR code into the page, without a style of its own", async () => {
    const text = String(await qrCode("caldavs://åse@kalender.example/", "Kalender"));
    expect(parse(text).querySelector(".qr")?.getAttribute("aria-label")).toBe("Kalender");
    expect(text).toMatch(/<path fill="black" d="M/);
    expect(text).not.toContain("style=");
  });

  it("tell an age by its largest unit", () => {
    expect([5, 60, 3599, 3600, 86400, 200000].map((seconds) => age("da", seconds))).toEqual([
      "under et minut",
      "1 minut",
      "59 minutter",
      "1 time",
      "1 dag",
      "2 dage",
    ]);
  });
});

describe("the frame's texts", () => {
  it("are not the same in both languages, but for names", () => {
    const flat = (value: object): [string, unknown][] =>
      Object.entries(value).flatMap(([name, inner]) =>
        typeof inner === "object"
          ? flat(inner).map(([n, v]): [string, unknown] => [`${name}.${n}`, v])
          : [[name, String(inner)]],
      );
    const en = Object.fromEntries(flat(frameTexts.en));
    expect(
      flat(frameTexts.da)
        .filter(([name, text]) => en[name] === text)
        .map(([name]) => name),
    ).toEqual(["menu"]);
  });
});
