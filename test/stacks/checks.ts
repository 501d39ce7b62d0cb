import { expect } from "vitest";
import { type Mode, runsIn, type WorkloadSummary } from "../../model/index.ts";
import { validateManifest } from "../schemas/validate.ts";
import { type Deployed, images, type Registered, secretHere } from "./harness.ts";

/** What holds of every stack on every platform, over all of its resources. */

type Fields = Readonly<Record<string, unknown>>;

const ofType = (deployed: Deployed, type: string): Registered[] =>
  deployed.resources.filter((r) => r.type.endsWith(`:${type}`));
const contentTags = new Set(Object.values(images));
const sum = (numbers: readonly number[]) => numbers.reduce((total, n) => total + n, 0);

/** Workloads of services that a stack file may leave out: those they would reach let them in all the same. */
const optional = ["mail", "filter", "mailbox", "lists", "groupware", "files"];

/** What the workloads say of each other fits together, and the outputs tell them all. */
export function checkWorkloads({ workloads, outputs }: Deployed, mode: Mode): void {
  const names = workloads.map((w) => w.name);
  expect(new Set(names).size).toBe(names.length);
  const known = [...names, ...optional];
  expect(workloads.flatMap((w) => w.reachableFrom).filter((name) => !known.includes(name))).toEqual([]);
  const summaries = (outputs["workloads"] ?? []) as WorkloadSummary[];
  expect(summaries.map(({ name, memoryMiB, asleep }) => ({ name, memoryMiB, asleep }))).toEqual(
    workloads.map((w) => ({ name: w.name, memoryMiB: w.memoryMiB, asleep: !runsIn(w, mode) })),
  );
  const withoutReason = workloads.flatMap((w) => w.egress ?? []).filter((e) => e.why.length < 5);
  expect(withoutReason).toEqual([]);
}

/** All images it runs are among those that are built for it. */
export function checkImages({ workloads }: Deployed, built: readonly string[]): void {
  expect(workloads.map((w) => w.image).filter((image) => !built.includes(image))).toEqual([]);
}

/** No secret stands anywhere but in a file that Pulumi encrypts. */
export async function checkSecrets(deployed: Deployed): Promise<void> {
  const secrets = new Set(deployed.given.values());
  const plain: unknown[] = [];
  for (const { type, name, given, inputs } of deployed.resources) {
    if (type.endsWith(":Container")) {
      const uploads = inputs["uploads"] as { content: string; permissions: string }[];
      for (const [i, upload] of ((given["uploads"] ?? []) as { content: unknown }[]).entries()) {
        const { content, permissions } = uploads[i] ?? { content: "", permissions: "" };
        const wrapped = await secretHere(upload.content);
        if (permissions === "0440" && wrapped) secrets.add(content);
        else plain.push(content);
        if (permissions === "0444") expect(wrapped, `${name}: a public file is secret`).toBe(false);
      }
      plain.push({ ...inputs, uploads: [] });
    } else if (type.endsWith(":Secret")) {
      // The SDK makes a secret of the whole of it.
      expect(await secretHere(given["data"]), name).toBe(true);
      for (const content of Object.values(inputs["data"] as Fields)) {
        secrets.add(Buffer.from(String(content), "base64").toString());
      }
      plain.push({ ...inputs, data: {} });
    } else plain.push(inputs);
  }
  const text = JSON.stringify([plain, { ...deployed.outputs, secrets: {} }]);
  const leaked = [...secrets].filter(
    (secret) => secret.length >= 12 && text.includes(JSON.stringify(secret).slice(1, -1)),
  );
  expect(leaked, "secrets in plain sight").toEqual([]);
}

/** All resources of a stack on Docker. */
export function checkDocker(deployed: Deployed, mode: Mode): void {
  const { stack, workloads } = deployed;
  const containers = ofType(deployed, "Container").map((r) => r.inputs);
  const awake = workloads.filter((w) => runsIn(w, mode));
  expect(containers.map((c) => c["name"])).toEqual(awake.map((w) => `planb-${stack}-${w.name}`));
  for (const { type, name, inputs } of deployed.resources) {
    expect(inputs["name"], `${type} ${name}`).toMatch(new RegExp(`^planb-${stack}-`));
    expect(inputs["labels"]).toContainEqual({ label: "io.planb.stack", value: stack });
  }
  for (const container of containers) {
    expect(contentTags).toContain(container["image"]);
    expect(container).toMatchObject({ readOnly: true, wait: true, capabilities: { drops: ["ALL"] } });
    // Root only with capabilities that say what for.
    const { adds } = container["capabilities"] as { adds?: readonly string[] };
    expect(container["user"]).toMatch(adds?.length ? /^\d+:0$/ : /^[1-9]\d*:0$/);
    expect((container["healthcheck"] as { tests: string[] }).tests.length).toBeGreaterThan(1);
    expect(container["memorySwap"]).toBe(container["memory"]);
  }
  expect(sum(containers.map((c) => Number(c["memory"])))).toBe(sum(awake.map((w) => w.memoryMiB)));
  const volumes = ofType(deployed, "Volume");
  for (const { name, options, inputs } of volumes) {
    const isData = !name.endsWith("-config");
    expect(options.retainOnDelete, name).toBe(isData);
    expect(options.ignoreChanges ?? [], name).toEqual(isData ? ["labels"] : []);
    const marked = (inputs["labels"] as { label: string }[]).some(({ label }) => label === "io.planb.master");
    expect(marked, name).toBe(isData);
  }
  const declared = workloads.flatMap((w) => (w.volumes ?? []).map((v) => `planb-${stack}-${w.name}-${v.name}`));
  expect(volumes.filter((v) => v.options.retainOnDelete).map((v) => v.inputs["name"])).toEqual(declared);
  const ports = containers.flatMap((c) => c["ports"] as { ip: string; external: number; protocol: string }[]);
  const addresses = ports.map((p) => `${p.ip}:${p.external}/${p.protocol}`);
  expect(new Set(addresses).size, addresses.join()).toBe(addresses.length);
  const networks = new Set(ofType(deployed, "Network").map((n) => n.inputs["name"]));
  const joined = containers.flatMap((c) => c["networksAdvanced"] as { name: string }[]).map((n) => n.name);
  expect(joined.filter((name) => !networks.has(name))).toEqual([]);
}

/** All resources of a stack on Kubernetes. */
export function checkKubernetes(deployed: Deployed, mode: Mode): void {
  const { stack, workloads } = deployed;
  expect(deployed.resources.flatMap((r) => validateManifest(r.inputs))).toEqual([]);
  const controllers = deployed.resources.filter((r) => /:(Deployment|StatefulSet)$/.test(r.type));
  expect(controllers.map((c) => c.name)).toEqual(workloads.map((w) => w.name));
  for (const { name, inputs } of controllers) {
    const { replicas, template } = inputs["spec"] as { replicas: number; template: { spec: Fields } };
    const workload = workloads.find((w) => w.name === name);
    expect(replicas, name).toBe(workload && runsIn(workload, mode) ? 1 : 0);
    const { containers, securityContext } = template.spec as { containers: Fields[]; securityContext: Fields };
    expect(securityContext).toMatchObject({ runAsNonRoot: workload?.user !== 0, runAsGroup: 0 });
    for (const container of containers) {
      expect(contentTags).toContain(container["image"]);
      expect(container["readinessProbe"]).toMatchObject({ exec: {} });
      expect(container["startupProbe"]).toMatchObject({ exec: {} });
      expect(container["securityContext"]).toMatchObject({
        readOnlyRootFilesystem: true,
        allowPrivilegeEscalation: false,
      });
    }
  }
  for (const { name, inputs } of deployed.resources) {
    const { namespace, name: own } = inputs["metadata"] as { namespace?: string; name: string };
    expect(namespace ?? own, name).toBe(`planb-${stack}`);
  }
  const claims = ofType(deployed, "PersistentVolumeClaim");
  expect(claims.map((c) => c.name)).toEqual(
    workloads.flatMap((w) => (w.volumes ?? []).map((v) => `${w.name}-${v.name}`)),
  );
  const kept = [...claims, ...ofType(deployed, "Namespace")];
  expect(kept.filter((r) => !r.options.retainOnDelete).map((r) => r.name)).toEqual([]);
  const [quota] = ofType(deployed, "ResourceQuota");
  expect(quota?.inputs["spec"]).toMatchObject({
    hard: { "limits.memory": `${sum(workloads.map((w) => w.memoryMiB))}Mi` },
  });
  const published = ofType(deployed, "Service")
    .map((s) => s.inputs["spec"] as { type: string; ports: { port: number; protocol: string }[] })
    .filter((spec) => spec.type === "LoadBalancer")
    .flatMap((spec) => spec.ports.map((p) => `${p.port}/${p.protocol}`));
  expect(new Set(published).size, published.join()).toBe(published.length);
}
