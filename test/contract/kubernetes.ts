import type { Workload } from "../../model/index.ts";
import { renderManifests } from "../../platform/kubernetes/manifests.ts";
import type { Observe, ObservedFile, ObservedVolume, ObservedWorkload } from "./observation.ts";

const stack = "contract";

/** A manifest as it comes out of the renderer: plain data whose shape the official schema vouches for. */
interface Manifest {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec: never;
}

interface PodSpec {
  readonly terminationGracePeriodSeconds: number;
  readonly securityContext: { readonly runAsUser: number; readonly runAsGroup: number };
  readonly containers: readonly [Container];
  readonly volumes: readonly PodVolume[];
}

interface PodVolume {
  readonly name: string;
  readonly emptyDir?: object;
  readonly persistentVolumeClaim?: { readonly claimName: string };
  readonly projected?: { readonly sources: readonly Projection[] };
}

type Projection = Readonly<
  Partial<Record<"configMap" | "secret", { name: string; items: { key: string; path: string; mode: number }[] }>>
>;

interface Container {
  readonly image: string;
  readonly args?: readonly string[];
  readonly env: readonly { name: string; value: string }[];
  readonly securityContext: {
    readonly readOnlyRootFilesystem: boolean;
    readonly allowPrivilegeEscalation: boolean;
    readonly capabilities: { readonly drop: readonly string[]; readonly add?: readonly string[] };
  };
  readonly resources: {
    readonly limits: { readonly memory: string; readonly cpu: string };
    readonly requests: { readonly "ephemeral-storage": string };
  };
  readonly startupProbe: Probe;
  readonly readinessProbe: Probe;
  readonly volumeMounts: readonly { name: string; mountPath: string }[];
}

interface Probe {
  readonly exec: { readonly command: readonly string[] };
  readonly periodSeconds: number;
  readonly failureThreshold: number;
}

interface Controller {
  readonly replicas: number;
  readonly template: { readonly metadata: { readonly annotations: object }; readonly spec: PodSpec };
}

interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports: readonly { port: number }[];
}

interface Peer {
  readonly ipBlock?: { readonly cidr: string };
  readonly namespaceSelector?: object;
  readonly podSelector?: Selector;
}

interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly { key: string; values: readonly string[] }[];
}

interface Policy {
  readonly podSelector: Selector;
  readonly policyTypes: readonly string[];
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
}

interface ServiceSpec {
  readonly type: string;
  readonly loadBalancerIP?: string;
  readonly ports: readonly { port: number; targetPort: number; protocol: string }[];
}

/** What the Kubernetes renderer makes of a stack. */
export const observeKubernetes: Observe = (workloads, options) => {
  const placed = workloads.map((workload) => ({ workload, service: "contract" }));
  const manifests = renderManifests({ stack, ...options }, placed) as unknown as Manifest[];
  const of = (name: string) => manifests.filter((m) => m.metadata.labels["app.kubernetes.io/name"] === name);
  const policies = manifests.filter((m) => m.kind === "NetworkPolicy").map((m) => m.spec as Policy);
  const labelsOf = (name: string) => ({ "app.kubernetes.io/name": name, "app.kubernetes.io/instance": stack });
  const rules = (name: string, type: "ingress" | "egress") => {
    const mine = policies.filter((p) => selects(p.podSelector, labelsOf(name)));
    const walled = mine.some((p) => p.policyTypes.map((t) => t.toLowerCase()).includes(type));
    return walled ? mine.flatMap((p) => p[type] ?? []) : undefined;
  };
  const allows = (rule: Rule, peer: (peer: Peer) => boolean, port: number) =>
    (rule.from ?? rule.to ?? []).some(peer) && rule.ports.some((p) => p.port === port);
  const pod = (name: string) => (peer: Peer) =>
    peer.podSelector !== undefined && peer.namespaceSelector === undefined && selects(peer.podSelector, labelsOf(name));
  const open = (list: Rule[] | undefined, peer: (peer: Peer) => boolean, port: number) =>
    list === undefined || list.some((rule) => allows(rule, peer, port));
  return {
    workload: (name) => observed(workloads, name, of(name)),
    volumesOf: (name) => claims(of(name), new Map()),
    published: (name) =>
      of(name)
        .filter((m) => m.kind === "Service" && (m.spec as ServiceSpec).type === "LoadBalancer")
        .flatMap((m) => {
          const { ports, loadBalancerIP } = m.spec as ServiceSpec;
          return ports.map((p) => `${loadBalancerIP} ${p.port}/${p.protocol.toLowerCase()} -> ${p.targetPort}`);
        }),
    canReach: (from, to, port) =>
      open(rules(from, "egress"), pod(to), port) && open(rules(to, "ingress"), pod(from), port),
    canReachOutside: (from, host, port) => {
      const peer = ({ ipBlock }: Peer) => ipBlock?.cidr === `${host}/32` || ipBlock?.cidr === "0.0.0.0/0";
      return open(rules(from, "egress"), peer, port);
    },
    finds: (_from, name) =>
      workloads.some((w) => w.publicNames?.includes(name))
        ? undefined
        : manifests.some((m) => m.kind === "Service" && m.metadata.name === name),
  };
};

const selects = ({ matchLabels, matchExpressions }: Selector, labels: Readonly<Record<string, string>>): boolean =>
  Object.entries(matchLabels ?? {}).every(([key, value]) => labels[key] === value) &&
  (matchExpressions ?? []).every(({ key, values }) => values.includes(labels[key] ?? ""));

function claims(manifests: readonly Manifest[], paths: ReadonlyMap<string, string>): ObservedVolume[] {
  return manifests
    .filter((m) => m.kind === "PersistentVolumeClaim")
    .map((m) => ({
      path: paths.get(m.metadata.name) ?? "",
      name: m.metadata.name,
      backup: m.metadata.annotations?.["planb.io/backup"] ?? "",
    }));
}

function observed(
  workloads: readonly Workload[],
  name: string,
  manifests: readonly Manifest[],
): ObservedWorkload | undefined {
  const controller = manifests.find((m) => m.kind === "Deployment" || m.kind === "StatefulSet");
  if (controller === undefined || !workloads.some((w) => w.name === name)) return undefined;
  const { replicas, template } = controller.spec as Controller;
  if (replicas === 0) return undefined;
  const pod = template.spec;
  const [container] = pod.containers;
  const { resources, securityContext, startupProbe, readinessProbe } = container;
  const mounted = container.volumeMounts.map((m) => ({ ...m, volume: pod.volumes.find((v) => v.name === m.name) }));
  const paths = new Map(
    mounted.map(({ volume, mountPath }) => [volume?.persistentVolumeClaim?.claimName ?? "", mountPath]),
  );
  return {
    image: container.image,
    arguments: container.args?.map(plainText),
    env: Object.fromEntries(container.env.map((e) => [e.name, plainText(e.value)])),
    user: pod.securityContext.runAsUser,
    group: pod.securityContext.runAsGroup,
    readOnlyRoot: securityContext.readOnlyRootFilesystem,
    mayGainPrivileges: securityContext.allowPrivilegeEscalation,
    capabilities: { drop: securityContext.capabilities.drop, add: securityContext.capabilities.add ?? [] },
    memoryMiB: Number.parseInt(resources.limits.memory, 10),
    cpu: resources.limits.cpu.endsWith("m")
      ? Number.parseInt(resources.limits.cpu, 10) / 1000
      : Number(resources.limits.cpu),
    scratch: mounted.filter((m) => m.volume?.emptyDir).map((m) => m.mountPath),
    files: mounted.flatMap((m) => projected(m.mountPath, m.volume, manifests)),
    volumes: claims(manifests, paths),
    ready: {
      command: readinessProbe.exec.command.map(plainText),
      withinSeconds: startupProbe.failureThreshold * startupProbe.periodSeconds,
      everySeconds: readinessProbe.periodSeconds,
    },
    stopSeconds: pod.terminationGracePeriodSeconds,
    logMiB: Number.parseInt(resources.requests["ephemeral-storage"], 10),
    filesVersion: template.metadata.annotations,
    plain: JSON.stringify(manifests.map((m) => ({ ...m, data: Object.keys(m.data ?? {}) }))),
  };
}

/** Kubernetes' own reading of a doubled dollar sign. */
const plainText = (text: string): string => text.replaceAll("$$", "$");

function projected(folder: string, volume: PodVolume | undefined, manifests: readonly Manifest[]): ObservedFile[] {
  return (volume?.projected?.sources ?? []).flatMap(({ configMap, secret }) => {
    const source = configMap ?? secret;
    const kind = configMap ? "ConfigMap" : "Secret";
    const object = manifests.find((m) => m.kind === kind && m.metadata.name === source?.name);
    return (source?.items ?? []).map(({ key, path, mode }) => {
      const content = object?.data?.[key];
      if (content === undefined) throw new Error(`${kind} ${source?.name}: no key ${key}`);
      const plain =
        kind === "Secret" && typeof content === "string" ? Buffer.from(content, "base64").toString() : content;
      return { path: `${folder}/${path}`, mode: `0${mode.toString(8)}`, content: plain };
    });
  });
}
