import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { checkWorkload, type Mode, runsIn, type Workload, type WorkloadSummary } from "../../model/index.ts";
import { Composition } from "../composition.ts";
import type { Platform, Running, RunOptions } from "../platform.ts";
import type { KubernetesContext } from "./names.ts";
import { renderDefaultDeny } from "./network.ts";
import { renderController } from "./pod.ts";
import { podSecurity, quota, renderNamespace, renderObjects, renderQuota } from "./render.ts";

/** What the Kubernetes platform needs to know of the stack; all but `service` of {@link KubernetesContext}. */
export interface KubernetesPlatformOptions extends Omit<KubernetesContext, "service"> {
  readonly mode: Mode;
}

/** Name of an object in the Pulumi tree: its own. */
const nameOf = (object: { readonly metadata?: unknown }): string => (object.metadata as { name: string }).name;

/** Runs workloads as pods in a namespace of an existing cluster. */
export class KubernetesPlatform implements Platform {
  readonly workloads: WorkloadSummary[] = [];
  readonly #options: KubernetesPlatformOptions;
  readonly #composition = new Composition<Workload>();
  /** The Service of each server, whose address its public names get. */
  readonly #services = new Map<string, kubernetes.core.v1.Service>();
  /** Namespace, default deny and quota; everything else needs them. */
  readonly #ground: pulumi.Resource[];

  constructor(options: KubernetesPlatformOptions) {
    this.#options = options;
    const { stack } = options;
    const enforce = pulumi.output(this.#composition.all.then(podSecurity));
    // Kept with its claims when the stack is destroyed: a namespace takes everything in it along.
    const namespace = new kubernetes.core.v1.Namespace("namespace", renderNamespace(stack, enforce), {
      retainOnDelete: true,
    });
    const inside = { dependsOn: [namespace] };
    const hard = pulumi.output(this.#composition.all.then(quota));
    this.#ground = [
      namespace,
      new kubernetes.networking.v1.NetworkPolicy("default-deny", renderDefaultDeny(stack), inside),
      new kubernetes.core.v1.ResourceQuota("quota", renderQuota(stack, hard), inside),
    ];
  }

  run(workload: Workload, { parent, service, after }: RunOptions): Running {
    checkWorkload(workload);
    this.#composition.add(workload);
    const { mode } = this.#options;
    const awake = runsIn(workload, mode);
    this.workloads.push({ name: workload.name, service, memoryMiB: workload.memoryMiB, asleep: !awake });
    const context = { ...this.#options, service };
    const { made, secret } = this.#makeObjects(workload, context, { parent, dependsOn: this.#ground });
    const controller = renderController(workload, context, {
      ...(secret ? { secretVersion: secret.metadata.resourceVersion } : {}),
      hostAliases: this.#hostAliases(workload.name),
    });
    const before = (after ?? []).flatMap((running) => running.resource ?? []);
    const options = { parent, dependsOn: [...this.#ground, ...made, ...before] };
    const resource =
      controller.kind === "StatefulSet"
        ? new kubernetes.apps.v1.StatefulSet(
            workload.name,
            controller as kubernetes.types.input.apps.v1.StatefulSet,
            options,
          )
        : new kubernetes.apps.v1.Deployment(
            workload.name,
            controller as kubernetes.types.input.apps.v1.Deployment,
            options,
          );
    return { name: workload.name, resource: awake ? resource : undefined };
  }

  /** What the pod stands on. */
  #makeObjects(workload: Workload, context: KubernetesContext, options: pulumi.CustomResourceOptions) {
    const { core, networking } = kubernetes;
    const objects = renderObjects(workload, context);
    const { configMap, secret: secretManifest } = objects;
    const made: pulumi.Resource[] = [];
    if (configMap) made.push(new core.v1.ConfigMap(nameOf(configMap), configMap, options));
    const secret = secretManifest && new core.v1.Secret(nameOf(secretManifest), secretManifest, options);
    if (secret) made.push(secret);
    for (const claim of objects.claims) {
      made.push(new core.v1.PersistentVolumeClaim(nameOf(claim), claim, { ...options, retainOnDelete: true }));
    }
    for (const policy of objects.policies) made.push(new networking.v1.NetworkPolicy(nameOf(policy), policy, options));
    for (const manifest of objects.services) {
      const resource = new core.v1.Service(nameOf(manifest), manifest, options);
      if (nameOf(manifest) === workload.name) this.#services.set(workload.name, resource);
      made.push(resource);
    }
    return { made, secret };
  }

  /** The public names of the servers a workload may reach, at the addresses of their Services. */
  #hostAliases(client: string): pulumi.Output<kubernetes.types.input.core.v1.HostAlias[]> {
    const aliases = this.#composition.all.then((all) =>
      all.flatMap(({ name, publicNames, reachableFrom }) => {
        const server = this.#services.get(name);
        if (server === undefined || publicNames === undefined || !reachableFrom.includes(client)) return [];
        return [{ ip: server.spec.clusterIP, hostnames: [...publicNames] }];
      }),
    );
    return pulumi.output(aliases) as pulumi.Output<kubernetes.types.input.core.v1.HostAlias[]>;
  }
}
