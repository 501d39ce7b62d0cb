import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { UserError } from "../model/errors.ts";
import { besideFile, hostPort } from "./fields.ts";
import { parseStack } from "./load.ts";
import { clashes } from "./rules.ts";

const folder = mkdtempSync(join(tmpdir(), "planb-rules-"));
writeFileSync(join(folder, "ca æøå.pem"), "x");
afterAll(() => rmSync(folder, { recursive: true }));

const sections = {
  directory: z
    .strictObject({
      controllers: z.array(z.strictObject({ host: z.string(), caFile: besideFile().optional().describe("CA") })).max(3),
      offer: z.strictObject({ port: hostPort().default(636) }).optional(),
    })
    .optional(),
  lists: z.looseObject({ domain: z.string() }).optional(),
  mail: z.looseObject({ domains: z.array(z.string()) }).optional(),
  booking: z.looseObject({}).optional(),
  edge: z
    .strictObject({
      certificate: z
        .discriminatedUnion("kind", [
          z.strictObject({ kind: z.literal("internal") }),
          z.strictObject({ kind: z.literal("file"), chain: besideFile(), root: besideFile().optional() }),
        ])
        .default({ kind: "internal" }),
    })
    .prefault({}),
};

const file = (more: string, address = "192.0.2.10") =>
  parseStack(`municipality: A\ndomain: a.dk\nhost: {address: ${address}}\n${more}`, "stacks/a.yaml", sections, folder);

const problems = (more: string): string[] => {
  try {
    file(more);
  } catch (error) {
    if (error instanceof UserError) return error.message.split("\n").slice(0, -1);
    throw error;
  }
  return [];
};

describe("rules of one file", () => {
  it("accepts files that lie beside it", () => {
    expect(problems("directory: {controllers: [{host: dc1, caFile: ca æøå.pem}]}")).toEqual([]);
  });

  it("tells missing files wherever they are named, and refuses a way out of the folder", () => {
    expect(
      problems(
        "directory: {controllers: [{host: dc1, caFile: gone.pem}, {host: dc2, caFile: ../x}]}\nedge: {certificate: {kind: file, chain: c.pem}}",
      ),
    ).toEqual([
      'stacks/a.yaml: directory.controllers[1].caFile: expected the name of a file beside the stack file, like "ringsted-ad-ca.pem", got "../x"',
      `stacks/a.yaml: directory.controllers[0].caFile: no such file: gone.pem; put it beside the stack file, in ${folder}`,
      `stacks/a.yaml: directory.controllers[1].caFile: no such file: ../x; put it beside the stack file, in ${folder}`,
      `stacks/a.yaml: edge.certificate.chain: no such file: c.pem; put it beside the stack file, in ${folder}`,
    ]);
  });

  it("takes what is said of a cluster for a cluster only, and checks it", () => {
    const cluster = "kubernetes: {registry: registry.a.dk:5000/planb-mirror, storageClass: fast}";
    expect(problems(`platform: kubernetes\n${cluster}`)).toEqual([]);
    expect(problems(cluster)).toEqual([
      "stacks/a.yaml: kubernetes: the platform is docker, which has no use for it; take the section out, or set platform: kubernetes",
    ]);
    expect(problems("platform: kubernetes\nkubernetes: {registry: 'https://r.a.dk/', storageclass: x}")).toEqual([
      'stacks/a.yaml: kubernetes.registry: expected a registry like "registry.ringsted.dk:5000/planb-mirror", without https://, got "https://r.a.dk/"',
      'stacks/a.yaml: kubernetes.storageclass: unknown key, did you mean "storageClass"?',
    ]);
  });

  it("tells who has an address that is given twice", () => {
    const shared = "mail: {domains: [a.dk], mailbox: {shared: [{address: post@a.dk, name: Post}, ";
    expect(problems(`${shared}{address: byen@a.dk, name: Byen, aliases: [by@a.dk, byen@a.dk]}]}}`)).toEqual([]);
    expect(problems(`${shared}{address: byen@a.dk, name: Byen, aliases: [POST@a.dk]}]}}`)).toEqual([
      'stacks/a.yaml: mail.mailbox.shared[1].aliases[0]: the address "POST@a.dk" of "Byen" is taken by "Post" (mail.mailbox.shared[0].address); give one of them another address',
    ]);
    const rest =
      "lists: {domain: a.dk, lists: [{name: post, title: Nyt}]}\nbooking: {rooms: [{address: post@a.dk, name: Sal}]}";
    expect(problems(`${shared}{address: post@a.dk, name: Byen}]}}\n${rest}`)).toEqual([
      'stacks/a.yaml: mail.mailbox.shared[1].address: the address "post@a.dk" of "Byen" is taken by "Post" (mail.mailbox.shared[0].address); give one of them another address',
      'stacks/a.yaml: lists.lists[0].name: the address "post@a.dk" of "Nyt" is taken by "Post" (mail.mailbox.shared[0].address); give one of them another address',
      'stacks/a.yaml: booking.rooms[0].address: the address "post@a.dk" of "Sal" is taken by "Post" (mail.mailbox.shared[0].address); give one of them another address',
    ]);
  });

  it("lets a policy on mail's delivery be enforced only with a certificate that others trust", () => {
    const mail = "mail: {domains: [a.dk], mtaSts: enforce}";
    const own = (more: string) => `edge: {certificate: {kind: file, chain: ca æøå.pem${more}}}`;
    expect(problems(`${mail}\n${own("")}`)).toEqual([]);
    expect(problems(`${mail.replace("enforce", "testing")}`)).toEqual([]);
    for (const text of [mail, `${mail}\n${own(", root: ca æøå.pem")}`]) {
      expect(problems(text).at(-1)).toMatch(/^stacks\/a\.yaml: mail\.mtaSts: got "enforce", with which nobody/);
    }
  });

  it("takes mailing lists only with mail", () => {
    expect(problems("lists: {domain: liste.a.dk}\nmail: {domains: [a.dk]}")).toEqual([]);
    expect(problems("lists: {domain: liste.a.dk}")).toEqual([
      "stacks/a.yaml: lists: mailing lists need mail, which the file does not have; add the section mail, or take lists out",
    ]);
  });

  it("refuses a port used twice, defaults counted", () => {
    expect(problems("directory: {controllers: [], offer: {port: 443}}")).toEqual([
      "stacks/a.yaml: directory.offer.port: the port 443 is taken by host.httpsPort; choose another one",
    ]);
  });

  it("explains the branches of a choice", () => {
    expect(problems("edge: {certificate: {kind: fil}}")).toEqual([
      'stacks/a.yaml: edge.certificate.kind: expected "internal" or "file", got "fil"',
    ]);
    expect(problems("edge: {certificate: {kind: file, chian: x.pem}}")).toEqual([
      "stacks/a.yaml: edge.certificate.chain: required, expected string",
      'stacks/a.yaml: edge.certificate.chian: unknown key, did you mean "chain"?',
    ]);
    expect(problems("directory: {controllers: [{host: a}, {host: b}, {host: c}, {host: d}]}")).toEqual([
      'stacks/a.yaml: directory.controllers: expected at most 3 entries, got [{"host":"a"},{"host":"b"},{"host":"c"},{"host":"d"}]',
    ]);
  });
});

describe("clashes", () => {
  const at = (name: string, address: string, more = "") => ({
    file: `stacks/${name}.yaml`,
    config: file(more, address),
  });

  it("refuses the same port of the same address, whatever it is for", () => {
    const offer = "directory: {controllers: [], offer: {port: 80}}";
    const other = parseStack(
      `municipality: B\ndomain: b.dk\nhost: {address: 192.0.2.10, httpPort: 81, httpsPort: 444}\n${offer}`,
      "stacks/b.yaml",
      sections,
      folder,
    );
    expect(clashes([at("a", "192.0.2.10"), { file: "stacks/b.yaml", config: other }], sections)).toEqual([
      "stacks/b.yaml: directory.offer.port: the port 80 of 192.0.2.10 is taken by stacks/a.yaml (host.httpPort); give the stack an address of its own or another port",
    ]);
  });

  it("takes 0.0.0.0 and :: for every address, and tells other addresses apart", () => {
    expect(clashes([at("a", "192.0.2.10"), at("b", "192.0.2.11")], sections)).toEqual([]);
    expect(clashes([at("a", "192.0.2.10"), at("b", "0.0.0.0")], sections)).toHaveLength(2);
    expect(clashes([at("a", "192.0.2.10"), at("b", '"::"')], sections)).toHaveLength(2);
    expect(clashes([at("a", '"2001:db8::1"'), at("b", "0.0.0.0")], sections)).toEqual([]);
  });
});
