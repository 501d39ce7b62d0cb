import { request } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { smokeAppPasswordSecret } from "../../components/access/index.ts";
import { smokeUser } from "../../components/sso/index.ts";
import { agentFor } from "../../probes/index.ts";
import type { Clerk } from "./support/clerk.ts";
import { eventually, planb, type RunningStack } from "./support/demo.ts";
import { OwnStack } from "./support/own-stack.ts";
import { Staff } from "./support/staff.ts";

const name = "test-slukket";
const text = "Det her må ikke blive væk.\n";

const office = `
municipality: Slukket Kommune
domain: slukket.localhost
host: {address: 127.0.0.1, httpPort: 19280, httpsPort: 19643}
demo: {existingAd: {}}
booking: {}
mail:
  domains: [slukket.example]
  ports: {smtp: 19225, submissions: 19265, submission: 19287}
  mailbox: {imapPort: 19293, sievePort: 19294}
`;
/** What is taken out of the stack file, and put back. */
const optional = `
files: {groups: [G-It]}
lists:
  domain: liste.slukket.example
  lists: [{name: teknik, title: Teknik, members: [G-It], owners: [G-It]}]
`;

const own = new OwnStack(name);

describe("a service taken out of the stack file", () => {
  let stack: RunningStack;
  let clerk: Clerk;

  const up = async (settings: string) => {
    own.write(settings);
    stack = await own.up();
  };
  /** A file of the probes' own account, by WebDAV. */
  const stored = async (method: "GET" | "PUT") => {
    const dispatcher = agentFor(stack.context, 20_000);
    const login = `${smokeUser}:${stack.outputs.secrets[smokeAppPasswordSecret] ?? ""}`;
    const answer = await request(`${stack.origin("filer")}/dav/mine/gemt.txt`, {
      ...{ dispatcher, method },
      headers: { authorization: `Basic ${Buffer.from(login).toString("base64")}` },
      ...(method === "PUT" ? { body: text } : {}),
    });
    const seen = { status: answer.statusCode, text: await answer.body.text() };
    await dispatcher.close();
    return seen;
  };
  const records = async () => (await planb("dns", name)).stdout;
  const startPage = async () => {
    const { page } = await clerk.logIn();
    return page.body;
  };

  beforeAll(async () => {
    await own.clear();
    await up(office + optional);
    clerk = new Staff(stack).known("bodnyg03");
    await eventually(async () => expect((await stored("PUT")).status).toBe(201), 60);
  });
  afterAll(() => own.destroy());

  it("was there: running, told of by the DNS records", async () => {
    expect(stack.outputs.workloads.map((workload) => workload.name)).toEqual(
      expect.arrayContaining(["files", "lists"]),
    );
    expect(await records()).toMatch(/^filer\.slukket\.localhost\./m);
    expect(await records()).toMatch(/^liste\.slukket\.example\.\s.*MX/m);
    expect(await own.volumes()).toEqual(expect.arrayContaining([expect.stringMatching(/files-data$/)]));
  });

  it("is gone with its link, its door and its DNS records; its data stays", { timeout: 480_000 }, async () => {
    const before = (await own.volumes()).filter((volume) => /-(files|lists)-(?!config)/.test(volume));
    expect(before.length).toBeGreaterThan(1);
    await up(office);
    expect((await own.containers()).filter((each) => /files|lists/.test(each))).toEqual([]);
    expect(await records()).not.toMatch(/filer\.|lister\.|liste\.slukket\.example/);
    expect(await records(), "mail goes on").toMatch(/^slukket\.example\.\s.*MX/m);
    const links = await startPage();
    expect(links).toContain(stack.origin("kalender"));
    expect(links).not.toContain(stack.origin("filer"));
    expect(links).not.toContain(stack.origin("lister"));
    // The gateway has no certificate for its name any more.
    await expect(stored("GET")).rejects.toThrow(/certificate|altnames/i);
    expect(await own.volumes()).toEqual(expect.arrayContaining(before));
  });

  it("finds everything again when it is put back", { timeout: 480_000 }, async () => {
    await up(office + optional);
    await eventually(async () => expect(await stored("GET")).toEqual({ status: 200, text }), 60);
    expect(await startPage()).toContain(stack.origin("filer"));
    const probe = await planb("probe", name);
    expect(probe.exitCode, probe.stdout).toBe(0);
  });
});
