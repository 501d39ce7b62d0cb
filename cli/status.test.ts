import { describe, expect, it } from "vitest";
import { type StewardStatus, stewardStatusSchema } from "../model/status.ts";
import { statusText } from "../steward/cli.ts";
import type { WorkloadStatus } from "./status-data.ts";
import { problemsOf } from "./status-problems.ts";

const now = Date.parse("2026-11-29T12:00:00Z");
const edge: WorkloadStatus = {
  name: "edge",
  service: "edge",
  state: "running",
  health: "healthy",
  restarts: 0,
  startedAt: "2026-11-29T11:59:00Z",
  memoryMiB: 10,
  declaredMiB: 64,
  image: "planb/edge:1",
  imageOutdated: false,
  certificateDays: 500,
};
const title = { en: "Page", da: "Side" };
const well: StewardStatus = {
  at: "2026-11-29T12:00:00Z",
  startedAt: "2026-11-29T08:00:00Z",
  stack: "demo",
  municipality: "Demo Kommune",
  directory: { authority: "ad", state: "ok", shadowUp: true, people: 41, groups: 7 },
  realm: { state: "ok" },
  resources: { state: "ok", resources: 2, waiting: [], unusable: [] },
  lists: { state: "ok", missing: [] },
  services: [
    { service: "portal", ok: true, probes: [{ name: "portal-page", title, ok: true, ms: 1, detail: "", at: "" }] },
    { service: "access", probes: [] },
  ],
  certificates: [],
};
const problems = (steward: StewardStatus | string, ...workloads: readonly WorkloadStatus[]) =>
  problemsOf({ workloads, steward }, now);

describe("what needs somebody", () => {
  it("is nothing while all is well or asleep", () => {
    const asleep = { ...edge, state: "asleep", health: "none" };
    expect(problems(well, edge, asleep)).toEqual([]);
    expect(problems({ ...well, startedAt: well.at, realm: { state: "waiting", message: "starting" } })).toEqual([]);
    expect(statusText(well)).not.toMatch(/fail/);
  });

  it("is what is missing, unhealthy, or starts again and again", () => {
    expect(problems(well, { ...edge, state: "missing" })).toEqual([expect.stringMatching(/^edge: missing/)]);
    expect(problems(well, { ...edge, health: "unhealthy" })).toEqual([expect.stringMatching(/health check/)]);
    expect(problems(well, { ...edge, restarts: 7 })).toEqual([expect.stringMatching(/started again 7 times/)]);
    expect(problems(well, { ...edge, restarts: 7, startedAt: "2026-11-29T09:00:00Z" })).toEqual([]);
  });

  it("is each thing that the steward finds broken, and `steward status` tells the same", () => {
    const broken: StewardStatus = {
      ...well,
      directory: { authority: "ad", state: "held", message: "12 people would go", people: 1, groups: 1 },
      realm: { state: "failed", message: "Keycloak says no" },
      resources: {
        state: "failed",
        message: 'two services declare a resource "x"',
        resources: 0,
        waiting: [{ resource: "post", group: "Ærø", why: "unknown" }],
        unusable: [{ name: "Mødelokale 3", why: "it has no mail address" }],
      },
      lists: {
        state: "waiting",
        message: "503",
        missing: [{ list: "nyt", group: "Alle", why: "ambiguous" }],
        parked: 2,
      },
      services: [
        {
          service: "portal",
          ok: false,
          probes: [{ name: "portal-page", title, ok: false, ms: 1, detail: "status 503", at: "" }],
        },
        { service: "mailbox", ok: false, probes: [] },
      ],
    };
    const expected = [
      "directory: 12 people would go",
      "realm: Keycloak says no",
      'resources: two services declare a resource "x"',
      'resources: post: the group "Ærø" is not here',
      'resources: "Mødelokale 3" of AD cannot be booked: it has no mail address',
      "lists: 503",
      'lists: nyt: the group "Alle" is here more than once; nobody is taken off meanwhile',
      "lists: 2 mails could not be delivered and rest in the queue",
      "portal: probe portal-page: status 503",
      "mailbox: does not answer the steward",
    ];
    expect(problems(broken)).toEqual(expected);
    for (const line of expected) expect(statusText(broken)).toContain(line);
    expect(problems("the steward cannot tell: no socket")).toEqual(["steward: the steward cannot tell: no socket"]);
  });

  it("is a certificate that ends, with the remedy of its kind", () => {
    const shown = (kind: "internal" | "file" | "acme", days: number, inFile = 500) =>
      problemsOf(
        {
          workloads: [{ ...edge, certificateDays: inFile }],
          certificates: [{ where: "start.a.dk:443", validTo: new Date(now + days * 86_400_000).toISOString() }],
          kind,
        },
        now,
      ).join();
    expect(shown("internal", 400)).toBe("");
    expect(shown("internal", 100)).toMatch(/^start\.a\.dk:443: .*100 days only; up renews it$/);
    expect(shown("acme", 30)).toBe("");
    expect(shown("acme", 9)).toMatch(/9 days only; edge has not renewed it/);
    expect(shown("file", -2)).toMatch(/has expired; put a new one in the place of edge\.certificate\.chain/);
    expect(shown("file", 20, 20)).toMatch(/^edge: .*20 days only; put a new one[^,]*, its key[^,]*, and run up$/);
  });

  it("is read from what the steward sends, grown or not", () => {
    expect(stewardStatusSchema.parse({ ...well, later: 1, certificates: undefined }).certificates).toEqual([]);
    expect(stewardStatusSchema.safeParse({ directory: {} }).success).toBe(false);
  });
});
