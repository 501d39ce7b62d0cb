import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ListsStack, person, type Taken } from "./testing/stack.ts";

const domain = "liste.kommune.example";
const stack = new ListsStack({ domain, lists: [{ name: "alle", title: "Alle", owners: ["G-A"] }] }, "lists-many");
const chef = person("chef", "Charlotte Chef");
const house = Array.from({ length: 1980 }, (_, i) => person(`medarbejder.${i}`, `Nummer ${i}`));
const outside = Array.from({ length: 20 }, (_, i) => ({
  guid: `00000000-0000-4000-9000-${String(i).padStart(12, "0")}`,
  address: `gaest.${i}@andet.example`,
  name: `Gæst ${i}`,
}));
const everybody = [...house, ...outside].map(({ address }) => address).sort();
/** As many as one delivery to the mail server is for, see `max_recipients`. */
const atOnce = 500;

const letter = (subject: string, ...more: readonly string[]) =>
  [
    ...[`From: ${chef.address}`, `To: alle@${domain}`, `Subject: ${subject}`, `Message-ID: <${subject}@x.example>`],
    ...[...more, "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "", "Hej", ""],
  ].join("\n");
const copies = (taken: readonly Taken[], subject: string) =>
  taken.filter((one) => one.subject.endsWith(`] ${subject}`));
const receivers = (taken: readonly Taken[], subject: string) => copies(taken, subject).flatMap(({ to }) => to);
const everyone = (subject: string) =>
  stack.until((taken) => new Set(receivers(taken, subject)).size >= everybody.length, 120);
/** Done with all that went before: the queue is worked off in order. */
const afterwards = async (subject: string) => {
  await stack.post(chef.address, `alle@${domain}`, letter(subject));
  return everyone(subject);
};

beforeAll(async () => {
  await stack.start();
  expect((await stack.tell({ alle: { member: [...house, ...outside], owner: [chef], moderator: [] } })).status).toBe(
    200,
  );
}, 600_000);
afterAll(() => stack.remove(), 60_000);

describe("a list of 2,000", { timeout: 300_000 }, () => {
  it("sends each member a letter exactly once, the house's in few deliveries, with one footer", async () => {
    await stack.post(chef.address, `alle@${domain}`, letter("alle"));
    await everyone("alle");
    const taken = await afterwards("efter");
    expect(receivers(taken, "alle").sort()).toEqual(everybody);
    expect(copies(taken, "alle")).toHaveLength(Math.ceil(house.length / atOnce) + outside.length);
    const footers = copies(taken, "alle").map(({ text }) => text.split("Afmeld: send en mail").length - 1);
    expect(new Set(footers)).toEqual(new Set([1]));
  });

  it("sends each member one that is killed in the middle, twice only to those of the delivery that was on", async () => {
    await stack.post(chef.address, `alle@${domain}`, letter("fald", "X-Slow: yes"));
    await stack.until((taken) => copies(taken, "fald").length >= 2);
    await stack.engine.kill("lists");
    await new Promise((resolve) => setTimeout(resolve, 3000));
    await stack.engine.ready("lists", 120);
    await everyone("fald");
    const all = receivers(await afterwards("til sidst"), "fald");
    expect([...new Set(all)].sort()).toEqual(everybody);
    console.log(`lists: ${all.length - everybody.length} twice after a fall`);
    expect(all.length - everybody.length).toBeLessThanOrEqual(atOnce);
    expect((await stack.engine.exec("lists", ["bash", "-c", "ls /data/mailman/data"])).stdout).not.toContain("sent-");
  });
});
