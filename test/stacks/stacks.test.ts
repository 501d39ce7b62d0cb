import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dump, load } from "js-yaml";
import { afterAll, describe, expect, it, vi } from "vitest";
import * as program from "../../components/index.ts";
import { parseStack, stackSchema } from "../../config/index.ts";
import { authority, modes } from "../../model/index.ts";
import { checkDocker, checkImages, checkKubernetes, checkSecrets, checkWorkloads } from "./checks.ts";
import { type Deployed, deployUnderMocks, images, type Program } from "./harness.ts";
import { strangeSettings, strangeTexts } from "./strange.ts";

vi.setConfig({ testTimeout: 60_000 });

// The same master, label and names give the same certificate, so each is made once for all deployments of this file.
vi.mock("../../model/certificates.ts", async (original) => {
  const real = await original<typeof import("../../model/certificates.ts")>();
  const once = <A extends unknown[], R>(make: (...args: A) => R): ((...args: A) => R) => {
    const made = new Map<string, R>();
    return (...args) => {
      const key = JSON.stringify(args);
      const result = made.get(key) ?? make(...args);
      made.set(key, result);
      return result;
    };
  };
  const authority: typeof real.authority = once(async (master: string, label: string, name: string) => {
    const { caPem, issue } = await real.authority(master, label, name);
    return { caPem, issue: once((leaf: string, dnsNames: readonly string[]) => issue(leaf, dnsNames)) };
  });
  return { ...real, authority };
});

type Kind = "docker" | "kubernetes";
type Sections = typeof program.sections;

const folder = join(import.meta.dirname, "..", "..", "stacks");
const names = readdirSync(folder)
  .filter((file) => file.endsWith(".yaml") && !file.startsWith("Pulumi."))
  .map((file) => file.replace(".yaml", ""));
const fileOf = (name: string) => load(readFileSync(join(folder, `${name}.yaml`), "utf8")) as Record<string, unknown>;
const deploy = (kind: Kind, name: string, file: unknown) => {
  const config = parseStack(dump(file), `stacks/${name}.yaml`, program.sections);
  return deployUnderMocks(kind, name, config, program as Program<Sections>, secrets);
};
const platforms = ["docker", "kubernetes"] as const;

// A folder of stack files with a certificate beside them under every name that a strange value gives it.
const beside = mkdtempSync(join(tmpdir(), "planb-test-stacks-"));
cpSync(folder, beside, { recursive: true });
const publicNames = ["start", "login", "kalender", "mail", "lister", "filer"].map(
  (service) => `${service}.${fileOf("ringsted")["domain"]}`,
);
const own = await (await authority("m".repeat(43), "ca/1", "Own")).issue("own/1", publicNames);
for (const name of strangeTexts.filter((text) => !text.includes("/"))) writeFileSync(join(beside, name), own.certPem);
const secrets = { edgeKey: own.keyPem };
vi.stubEnv("PLANB_STACKS_DIR", beside);
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(beside, { recursive: true });
});

/** Memory that all workloads of a stack may ask for, in MiB; what they use idle is measured by `bench memory`. */
const mostMemoryMiB = 3328;

describe.each(names)("stacks/%s.yaml under mocks", (name) => {
  describe.each(platforms)("on %s", (kind) => {
    it.each(modes)("keeps every rule, %s", async (mode) => {
      const file = { ...fileOf(name), mode };
      const deployed = await deploy(kind, name, file);
      const config = parseStack(dump(file), `stacks/${name}.yaml`, program.sections);
      checkWorkloads(deployed, mode);
      checkImages(deployed, program.usedImages(config, Object.keys(images)));
      if (kind === "docker") checkDocker(deployed, mode);
      else checkKubernetes(deployed, mode);
      await checkSecrets(deployed);
      const memory = deployed.workloads.reduce((sum, w) => sum + w.memoryMiB, 0);
      expect(memory).toBeLessThanOrEqual(mostMemoryMiB);
    });
  });
});

/** Where a setting needs another surrounding than the municipality's file, in which all that is optional stands. */
const surroundings: Readonly<Record<string, Record<string, unknown>>> = {
  demo: { demo: { existingAd: {} } },
  kubernetes: { platform: "kubernetes", kubernetes: {} },
  // A link's life by default may not be longer than its longest.
  files: { files: { shares: { maxDays: 3650 } } },
};

/** Settings that no resource and no output shows, each with its reason. */
const unseen: Readonly<Record<string, string>> = {
  platform: "chooses the platform: the tests above run on both",
  "mail.dmarc.policy": "stands in the DNS: components/mail's test of the records",
  "mail.dmarc.reports": "stands in the DNS: components/mail's test of the records",
};

describe("every documented setting", () => {
  const file = fileOf("ringsted");
  const baseOf = (section = "") => merge(file, surroundings[section] ?? {});
  const settings = Object.entries(stackSchema(program.sections).shape).flatMap(([section, schema]) => {
    const complete = parseStack(dump(baseOf(section)), "stacks/ringsted.yaml", program.sections);
    return strangeSettings(schema, complete[section as keyof typeof complete], [section]);
  });
  const told = ({ resources, outputs }: Deployed) => JSON.stringify([resources.map((r) => r.inputs), outputs]);
  const baselines = new Map<string, Promise<string>>();
  const baseline = (kind: Kind, base: object) => {
    const key = JSON.stringify([kind, base]);
    const known = baselines.get(key) ?? deploy(kind, "ringsted", base).then(told);
    baselines.set(key, known);
    return known;
  };

  it.each(
    settings.filter(({ path }) => !(path.join(".") in unseen)).map((s) => [s.path.join("."), s.value, s] as const),
  )("%s: %j reaches what is deployed", async (_key, _value, { path, value }) => {
    const base = baseOf(path[0]);
    // Docker knows no sizes of volumes
    const kind = path.at(-1) === "sizeGiB" || path[0] === "kubernetes" ? "kubernetes" : "docker";
    const before = await baseline(kind, base);
    const changed = path.reduceRight<unknown>((below, step) => ({ [step]: below }), value);
    const after = told(await deploy(kind, "ringsted", merge(base, changed as Record<string, unknown>)));
    expect(after === before, "changes nothing that is deployed").toBe(false);
  });
});

/** Two files, the second on top; lists are replaced. */
function merge(below: Record<string, unknown>, above: Record<string, unknown>): Record<string, unknown> {
  const isRecord = (value: unknown): value is Record<string, unknown> =>
    value !== null && typeof value === "object" && !Array.isArray(value);
  const entries = Object.entries(above).map(([key, value]) => {
    const old = below[key];
    return [key, isRecord(value) && isRecord(old) ? merge(old, value) : value] as const;
  });
  return { ...below, ...Object.fromEntries(entries) };
}
