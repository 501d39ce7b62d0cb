import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { claimHeaders } from "../model/identity-headers.ts";
import { filesApp } from "./app.ts";
import { Links, type NewLink } from "./core/links.ts";
import type { GroupName, People } from "./core/people.ts";
import { Spaces } from "./core/spaces.ts";
import type { FilesSettings } from "./settings.ts";

const guid = "11111111-1111-4111-8111-111111111111";
const group = { id: "g0123456789ab", name: "Byg" };
const origin = "https://filer.test.localhost";
const dayMs = 86_400_000;
const shares = { allowed: true, maxDays: 90, defaultDays: 14, passwordRequired: false, handIn: true, handInMaxMiB: 1 };
let data = "";
let links: Links;

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), "planb-open-"));
  links = new Links(join(data, "links"));
});
afterEach(() => rm(data, { recursive: true, force: true }));

/** The site, with what the stack file says today and the groups that the directory knows. */
async function site(changes: Partial<FilesSettings["shares"]> = {}, groups: readonly GroupName[] = [group]) {
  const maker = { guid, name: "Åse", here: true, groups: [group.id] };
  const people: People = {
    groups: () => groups,
    person: async () => maker,
    all: async () => [maker],
    byLogin: async () => maker,
    refresh: async () => {},
  };
  const spaces = new Spaces({ data, quotaBytes: { person: 1e6, group: 1e6 }, groups: () => groups });
  await (await spaces.get("hjem", guid)).makeFolder(["m"]).catch(() => undefined);
  await (await spaces.get("grupper", group.id)).makeFolder(["m"]).catch(() => undefined);
  const settings: FilesSettings = {
    site: { municipality: "Test", language: "da", startOrigin: "https://start.test.localhost", origin },
    groups: [group.name],
    quotaGiB: { person: 1, group: 1 },
    ...{ trashDays: 30, keepDays: 180, shares: { ...shares, ...changes } },
    directory: { url: "ldaps://directory", bindDn: "cn=x", rememberSeconds: 60 },
  };
  const app = filesApp({
    settings,
    identityKey: "k",
    cookieSecret: "s".repeat(32),
    spaces,
    links,
    people,
    log: () => {},
  });
  const headers = { origin, "content-type": "application/x-www-form-urlencoded" };
  const headersOfMaker = claimHeaders("k", { guid, user: "aase", name: "Åse", groups: group.id });
  return {
    ownLinks: async () => (await app.request("/links", { headers: headersOfMaker })).text(),
    see: async (token: string) => (await app.request(`/d/${token}`)).status,
    post: (token: string, body: string, more: Record<string, string> = {}) =>
      app.request(`/d/${token}`, { method: "POST", body, headers: { ...headers, ...more } }),
  };
}

const made = async (more: Partial<NewLink> = {}) =>
  (
    await links.create({
      ...{ kind: "fetch", space: { kind: "hjem", id: guid }, segments: ["m"], folder: true, by: guid, byName: "Åse" },
      ...{ expires: Date.now() + 60 * dayMs },
      ...more,
    })
  ).token;

describe("a link follows what the stack file says today", () => {
  it("opens while all it was made by holds", async () => {
    const { see } = await site();
    const inGroup = { space: { kind: "grupper", id: group.id } } as const;
    for (const link of [{}, { kind: "hand-in" } as const, inGroup, { password: "hemmelig-1" }]) {
      expect([link, await see(await made(link))]).toEqual([link, 200]);
    }
  });

  it("takes nothing in when handing in is not allowed any more", async () => {
    const [fetching, handIn] = [await made(), await made({ kind: "hand-in" })];
    const { see, post, ownLinks } = await site({ handIn: false });
    expect([await see(fetching), await see(handIn), (await post(handIn, "x=1")).status]).toEqual([200, 404, 404]);
    expect((await ownLinks()).match(/udløbet/g)).toHaveLength(1);
  });

  it("does not open without a password when each needs one", async () => {
    const [without, locked] = [await made(), await made({ password: "hemmelig-1" })];
    const { see } = await site({ passwordRequired: true });
    expect([await see(without), await see(locked)]).toEqual([404, 200]);
  });

  it("lives no longer than the longest life, counted from when it was made", async () => {
    const token = await made();
    const today = await site({ maxDays: 1, defaultDays: 1 });
    expect(await today.see(token)).toBe(200);
    const file = join(data, "links", `${token}.json`);
    const link = JSON.parse(await readFile(file, "utf8"));
    await writeFile(file, JSON.stringify({ ...link, at: Date.now() - 2 * dayMs }));
    expect(await today.see(token)).toBe(404);
    expect(await (await site({ maxDays: 3 })).see(token)).toBe(200);
  });

  it("does not open the folder of a group that has none any more, but goes on while the groups are not known", async () => {
    const token = await made({ space: { kind: "grupper", id: group.id } });
    expect(await (await site({}, [{ id: "gaaaaaaaaaaaa", name: "Havn" }])).see(token)).toBe(404);
    expect(await (await site({}, [])).see(token)).toBe(200);
  });

  it("opens nothing when links are not allowed any more", async () => {
    expect(await (await site({ allowed: false })).see(await made())).toBe(404);
  });
});

describe("the password of a link", () => {
  it("is shut to an address that guesses, and to nobody else", async () => {
    const token = await made({ password: "hemmelig-1" });
    const { post } = await site();
    const status = async (password: string, from: string) =>
      (await post(token, `password=${password}`, { "x-forwarded-for": from })).status;
    for (let n = 0; n < 10; n++) expect(await status("gæt", "192.0.2.1")).toBe(403);
    expect([await status("hemmelig-1", "192.0.2.1"), await status("hemmelig-1", "192.0.2.2")]).toEqual([429, 303]);
    for (let n = 0; n < 12; n++) expect(await status("hemmelig-1", "192.0.2.3")).toBe(303);
  });

  it("is not read out of a form larger than any of ours, and files are not taken in before it is known", async () => {
    const token = await made({ password: "hemmelig-1", kind: "hand-in" });
    const { post } = await site();
    const large = await post(token, `password=${"x".repeat(70_000)}`);
    expect([large.status, await large.text()]).toEqual([413, expect.stringContaining("fylder for meget")]);
    const files = await post(token, "x".repeat(70_000), { "content-type": "multipart/form-data; boundary=x" });
    expect([files.status, await files.text()]).toEqual([403, expect.stringContaining("Adgangskode")]);
  });
});
