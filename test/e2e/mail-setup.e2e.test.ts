import { join } from "node:path";
import { execa } from "execa";
import { type Dispatcher, request } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { agentFor } from "../../probes/index.ts";
import { openRunning, type RunningStack } from "./support/demo.ts";

describe("what other servers and mail programs find without a login", () => {
  let stack: RunningStack;
  let agent: Dispatcher;

  beforeAll(async () => {
    stack = await openRunning();
    agent = agentFor(stack.context, 10_000);
  });
  afterAll(() => agent?.close());

  const page = async (host: string, path: string) => {
    const { port } = new URL(stack.start);
    const { statusCode, body } = await request(`https://${host}:${port}${path}`, { dispatcher: agent });
    return { statusCode, text: await body.text() };
  };

  it("is the policy on delivery, which the record in the DNS announces", async () => {
    const policy = await page("mta-sts.kommune.example", "/.well-known/mta-sts.txt");
    expect(policy.statusCode).toBe(200);
    expect(policy.text).toMatch(/^version: STSv1\r\nmode: testing\r\nmx: mail\.demo\.localhost\r\nmax_age: \d+\r\n$/);
    expect((await page("mta-sts.liste.kommune.example", "/.well-known/mta-sts.txt")).text).toBe(policy.text);
  });

  it("is the setup of a mail program, in Danish", async () => {
    const path = "/mail/config-v1.1.xml?emailaddress=inga%40kommune.example";
    const { statusCode, text } = await page("autoconfig.kommune.example", path);
    expect(statusCode).toBe(200);
    expect(text).toContain("<displayName>Mail i Demo Kommune</displayName>");
    expect(text).toMatch(/imap">\s+<hostname>mail\.demo\.localhost<\/hostname>\s+<port>18993<\/port>/);
  });

  it("is told to who keeps the DNS", async () => {
    const planb = join(import.meta.dirname, "../../planb");
    const { stdout } = await execa(planb, ["dns", stack.name, "--json"]);
    const records = JSON.parse(stdout) as { name: string; type: string; value: string }[];
    const of = (name: string) => records.filter((each) => each.name === name).map(({ type }) => type);
    for (const host of ["mta-sts.kommune.example", "autoconfig.kommune.example", "start.demo.localhost"]) {
      expect([host, of(host)]).toEqual([host, ["A"]]);
    }
    for (const name of ["_mta-sts.kommune.example", "planb1._domainkey.kommune.example"]) {
      expect([name, of(name)]).toEqual([name, ["TXT"]]);
    }
    expect(of("_imaps._tcp.kommune.example")).toEqual(["SRV"]);
    expect(of("directory.demo.localhost")).toEqual([]);
  });
});
