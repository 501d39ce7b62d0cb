import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { dump, load } from "js-yaml";
import { describe, expect, it } from "vitest";
import * as program from "../../components/index.ts";
import { parseStack, stackSchema } from "../../config/index.ts";
import { modes } from "../../model/index.ts";
import { checkDocker, checkKubernetes, checkSecrets, checkWorkloads } from "./checks.ts";
import { type Deployed, deployUnderMocks, type Program } from "./harness.ts";
import { strangeSettings } from "./strange.ts";

type Sections = typeof program.sections;

const folder = join(import.meta.dirname, "..", "..", "stacks");
const names = readdirSync(folder)
  .filter((file) => file.endsWith(".yaml") && !file.startsWith("Pulumi."))
  .map((file) => file.replace(".yaml", ""));
const fileOf = (name: string) => load(readFileSync(join(folder, `${name}.yaml`), "utf8")) as Record<string, unknown>;
const deploy = (kind: "docker" | "kubernetes", name: string, file: unknown) => {
  const config = parseStack(dump(file), `stacks/${name}.yaml`, program.sections);
  return deployUnderMocks(kind, name, config, program as Program<Sections>);
};
const platforms = ["docker", "kubernetes"] as const;

/** Memory that all workloads of a stack may ask for, in MiB; what they use idle is measured by `bench memory`. */
const mostMemoryMiB = 3072;

describe.each(names)("stacks/%s.yaml under mocks", (name) => {
  describe.each(platforms)("on %s", (kind) => {
    it.each(modes)("keeps every rule, %s", async (mode) => {
      const deployed = await deploy(kind, name, { ...fileOf(name), mode });
      checkWorkloads(deployed, mode);
      if (kind === "docker") checkDocker(deployed, mode);
      else checkKubernetes(deployed, mode);
      await checkSecrets(deployed);
      const memory = deployed.workloads.reduce((sum, w) => sum + w.memoryMiB, 0);
      expect(memory).toBeLessThanOrEqual(mostMemoryMiB);
    });
  });
});

/** Settings that mean something only together with others. */
const companions: Readonly<Record<string, Record<string, unknown>>> = {};

/** Settings that no resource and no output shows, each with its reason. */
const unseen: Readonly<Record<string, string>> = {
  platform: "chooses the platform, see above",
};

describe.runIf(Object.keys(program.sections).length > 0)("every documented setting", () => {
  const file = fileOf("ringsted");
  const complete = parseStack(dump(file), "stacks/ringsted.yaml", program.sections);
  const settings = strangeSettings(stackSchema(program.sections), complete).filter(
    ({ path }) => unseen[path.join(".")] === undefined,
  );
  const told = ({ resources, outputs }: Deployed) => JSON.stringify([resources.map((r) => r.inputs), outputs]);
  const baselines = new Map<string, Promise<string>>();
  const baseline = (base: object) => {
    const key = JSON.stringify(base);
    const known = baselines.get(key) ?? deploy("docker", "ringsted", base).then(told);
    baselines.set(key, known);
    return known;
  };

  it.each(settings.map((s) => [s.path.join("."), s] as const))("%s reaches what is deployed", async (key, setting) => {
    const base = merge(file, companions[key] ?? {});
    const before = await baseline(base);
    const changed = setting.path.reduceRight<unknown>((value, step) => ({ [step]: value }), setting.value);
    const after = told(await deploy("docker", "ringsted", merge(base, changed as Record<string, unknown>)));
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
