import { isIP } from "node:net";
import type { types } from "@pulumi/kubernetes";
import type { Egress, Port, Workload } from "../../model/index.ts";
import {
  annotation,
  type KubernetesContext,
  metadataOf,
  namespaceName,
  selectorLabels,
  skipAwait,
  stackLabels,
} from "./names.ts";

type Service = types.input.core.v1.Service;
type NetworkPolicy = types.input.networking.v1.NetworkPolicy;
type Peer = types.input.networking.v1.NetworkPolicyPeer;

const protocol = (port: { readonly protocol?: "tcp" | "udp" }) => (port.protocol ?? "tcp").toUpperCase();
const policyPort = (port: Port) => ({ port: port.port, protocol: protocol(port) });

/** Everywhere outside the node itself: no address of the node's own link, where clouds keep their credentials. */
const anywhere: Peer[] = [
  { ipBlock: { cidr: "0.0.0.0/0", except: ["169.254.0.0/16"] } },
  { ipBlock: { cidr: "::/0", except: ["fe80::/10"] } },
];

/**
 * The Services of a workload: one by its name for the workloads that may reach it, and one for its published ports.
 * The latter keeps the client's address (`externalTrafficPolicy: Local`).
 */
export function renderServices(workload: Workload, context: KubernetesContext): Service[] {
  const ports = workload.ports ?? [];
  const published = ports.filter((p) => p.hostPort !== undefined);
  const services: Service[] = [];
  const selector = selectorLabels(context.stack, workload.name);
  if (ports.length > 0 && workload.reachableFrom.length > 0) {
    services.push({
      apiVersion: "v1",
      kind: "Service",
      metadata: { ...metadataOf(workload.name, workload.name, context), annotations: skipAwait },
      spec: {
        type: "ClusterIP",
        selector,
        ports: ports.map((p) => ({ name: p.name, port: p.port, targetPort: p.port, protocol: protocol(p) })),
      },
    });
  }
  if (published.length > 0) {
    const loopback = context.hostAddress.startsWith("127.") || context.hostAddress === "::1";
    services.push({
      apiVersion: "v1",
      kind: "Service",
      metadata: { ...metadataOf(`${workload.name}-host`, workload.name, context), annotations: skipAwait },
      spec: {
        type: "LoadBalancer",
        externalTrafficPolicy: "Local",
        ...(loopback ? {} : { loadBalancerIP: context.hostAddress }),
        selector,
        ports: published.map((p) => ({
          name: p.name,
          port: p.hostPort as number,
          targetPort: p.port,
          protocol: protocol(p),
        })),
      },
    });
  }
  return services;
}

/**
 * What a workload opens in the wall of {@link renderDefaultDeny}: its own ports to its clients and, published, to all;
 * its clients' way out to it (in a policy of its own, so the order in which workloads are run does not matter);
 * its way to the outside.
 */
export function renderPolicies(workload: Workload, context: KubernetesContext): NetworkPolicy[] {
  const { stack } = context;
  const policy = (name: string, spec: NetworkPolicy["spec"], annotations?: Record<string, string>): NetworkPolicy => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { ...metadataOf(name, workload.name, context), ...(annotations ? { annotations } : {}) },
    spec: spec as NonNullable<NetworkPolicy["spec"]>,
  });
  const own = { podSelector: { matchLabels: selectorLabels(stack, workload.name) } };
  const ports = workload.ports ?? [];
  const published = ports.filter((p) => p.hostPort !== undefined);
  const clients = [...workload.reachableFrom].sort();
  const policies: NetworkPolicy[] = [];
  const ingress = [
    ...(clients.length > 0 && ports.length > 0
      ? [{ from: [peers(stack, clients)], ports: ports.map(policyPort) }]
      : []),
    ...(published.length > 0 ? [{ from: anywhere, ports: published.map(policyPort) }] : []),
  ];
  if (ingress.length > 0) policies.push(policy(`${workload.name}-in`, { ...own, policyTypes: ["Ingress"], ingress }));
  if (clients.length > 0 && ports.length > 0) {
    const egress = [{ to: [own], ports: ports.map(policyPort) }];
    const to = { podSelector: peers(stack, clients).podSelector, policyTypes: ["Egress"], egress };
    policies.push(policy(`${workload.name}-clients`, to));
  }
  const outward = workload.egress ?? [];
  if (outward.length > 0) {
    const egress = outward.map((e) => ({ to: outside(e), ports: [{ port: e.port, protocol: protocol(e) }] }));
    const why = outward.map((e) => `${e.host}:${e.port}/${e.protocol ?? "tcp"} ${e.why}`).join("\n");
    policies.push(
      policy(`${workload.name}-out`, { ...own, policyTypes: ["Egress"], egress }, { [annotation("egress")]: why }),
    );
  }
  return policies;
}

/** Pods of the named workloads of this stack. */
const peers = (stack: string, names: readonly string[]) => ({
  podSelector: {
    matchLabels: { "app.kubernetes.io/instance": stack },
    matchExpressions: [{ key: "app.kubernetes.io/name", operator: "In", values: [...names] }],
  },
});

/** A NetworkPolicy knows no names: a host name is any address, its port is what is enforced. */
function outside({ host }: Egress): Peer[] {
  const family = isIP(host);
  return family === 0 ? anywhere : [{ ipBlock: { cidr: `${host}/${family === 4 ? 32 : 128}` } }];
}

/** The wall around a stack: nothing in, nothing out, save questions to the cluster's DNS. */
export function renderDefaultDeny(stack: string): NetworkPolicy {
  const dns: Peer[] = [
    {
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
      podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
    },
    // NodeLocal DNSCache answers on this address, of each node.
    { ipBlock: { cidr: "169.254.20.10/32" } },
  ];
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "default-deny", namespace: namespaceName(stack), labels: stackLabels(stack) },
    spec: {
      podSelector: {},
      policyTypes: ["Ingress", "Egress"],
      ingress: [],
      egress: [
        {
          to: dns,
          ports: [
            { port: 53, protocol: "UDP" },
            { port: 53, protocol: "TCP" },
          ],
        },
      ],
    },
  };
}
