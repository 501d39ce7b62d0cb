import { createSocket } from "node:dgram";
import { type Answer, decode, encode } from "dns-packet";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { MailRecord } from "../components/index.ts";
import { compareWithDns } from "./dns.ts";

const long = `v=DKIM1; k=rsa; p=${"A".repeat(300)}`;
const zone: Answer[] = [
  { name: "mail.kommune.example", type: "A", data: "192.0.2.10" },
  { name: "kommune.example", type: "MX", data: { preference: 10, exchange: "mail.kommune.example" } },
  { name: "kommune.example", type: "TXT", data: ["v=spf1 ~all"] },
  { name: "planb1._domainkey.kommune.example", type: "TXT", data: [long.slice(0, 250), long.slice(250)] },
  {
    name: "_imaps._tcp.kommune.example",
    type: "SRV",
    data: { priority: 0, weight: 1, port: 993, target: "mail.kommune.example" },
  },
];
const server = createSocket("udp4");
let address = "";

beforeAll(async () => {
  server.on("message", (message, { port, address: from }) => {
    const { id, questions } = decode(message);
    const [question] = questions ?? [];
    const answers = zone.filter((a) => a.type === question?.type && a.name === question.name.toLowerCase());
    server.send(encode({ type: "response", id: id ?? 0, questions: questions ?? [], answers }), port, from);
  });
  await new Promise<void>((done) => server.bind(0, "127.0.0.1", done));
  address = `127.0.0.1:${server.address().port}`;
});
afterAll(() => new Promise<void>((done) => server.close(() => done())));

it("compares the records with what a name server answers", async () => {
  const record = (name: string, type: MailRecord["type"], value: string): MailRecord => ({
    name,
    type,
    value,
    about: "",
  });
  const records = [
    record("mail.kommune.example", "A", "192.0.2.10"),
    record("kommune.example", "MX", "10 mail.kommune.example."),
    record("planb1._domainkey.kommune.example", "TXT", long),
    record("_imaps._tcp.kommune.example", "SRV", "0 1 993 mail.kommune.example."),
    record("kommune.example", "TXT", "v=spf1 a:mail.kommune.example -all"),
    record("_dmarc.kommune.example", "TXT", "v=DMARC1; p=reject"),
  ];
  expect(await compareWithDns(records, address)).toEqual([
    ...[undefined, undefined, undefined, undefined],
    "is: v=spf1 ~all",
    "missing",
  ]);
});

it("says what it was given instead of an address, and that nobody answers", async () => {
  await expect(compareWithDns([], "ns.kommune.example")).rejects.toThrow('expected an address like "192.0.2.53"');
  const record: MailRecord = { name: "x.example", type: "A", value: "192.0.2.1", about: "" };
  await expect(compareWithDns([record], "127.0.0.1:1")).rejects.toThrow("x.example: the name server does not answer");
});
