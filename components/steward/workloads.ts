import type { Input } from "@pulumi/pulumi";
import type { Egress, Probe, Workload } from "../../model/index.ts";
import type { StatusConfigInput } from "../../steward/status-config.ts";
import { smokeAppPasswordSecret } from "../access/index.ts";
import type { StewardFiles } from "../args.ts";
import type { StewardConfig } from "./config.ts";

/** The workload's name, and so its host name inside the stack. */
export const stewardName = "steward";
/** HTTPS with metrics and status, inside the stack. */
export const stewardPort = 9100;

/** What the steward is to keep true. */
export interface StewardDuties {
  readonly stack: string;
  readonly municipality: string;
  /** Services shown in the status, in this order. */
  readonly services: readonly string[];
  /** Probes of all services; those over HTTP are tried here again and again. */
  readonly probes: readonly Probe[];
  /** Those made to be tried from here. Default: none. */
  readonly inside?: readonly Probe[];
  /** The account that the login probe uses. */
  readonly smoke: { readonly uid: string; readonly displayName: string; readonly mail?: string };
  /** Workloads that read metrics and status. */
  readonly readers: readonly string[];
  /** What it has to reach outside: the domain controllers. */
  readonly egress: readonly Egress[];
}

/** Certificate, key and what the other components hand over. */
export interface StewardMaterial {
  readonly caPem: Input<string>;
  readonly certPem: Input<string>;
  readonly keyPem: Input<string>;
  readonly smokePassword: Input<string>;
  readonly smokeAppPassword: Input<string>;
  readonly handed: readonly StewardFiles[];
}

/** Content of `/config/status.json`. */
export function statusJson(config: StewardConfig, duties: StewardDuties): string {
  const settings: StatusConfigInput = {
    stack: duties.stack,
    municipality: duties.municipality,
    services: [...duties.services],
    // A login every minute would use up second-factor codes that `planb probe` waits for; a bind over LDAPS is a port
    // of the host, which is another one inside.
    probes: [...duties.probes.filter(({ kind }) => kind === "http"), ...(duties.inside ?? [])],
    secretFiles: { [smokeAppPasswordSecret]: "/config/secrets/smoke-app-password" },
    everySeconds: config.probeEverySeconds,
    realmEverySeconds: config.realmEverySeconds,
    smoke: {
      ...duties.smoke,
      passwordFile: "/config/secrets/smoke-password",
      appPasswordFile: "/config/secrets/smoke-app-password",
    },
  };
  return `${JSON.stringify(settings, undefined, 2)}\n`;
}

/** The steward as one workload. Pure. */
export function stewardWorkload(config: StewardConfig, duties: StewardDuties, material: StewardMaterial): Workload {
  return {
    name: stewardName,
    image: "steward",
    // The rest is for Node itself, for what is under way on the network, and for a command beside the running steward.
    env: { STEWARD_HEAP_MIB: String(Math.floor(config.memoryMiB * 0.4)) },
    files: {
      ...merge(material.handed.map(({ files }) => files)),
      "status.json": statusJson(config, duties),
      "ca.pem": material.caPem,
      "tls/cert.pem": material.certPem,
    },
    secretFiles: {
      ...merge(material.handed.map(({ secretFiles }) => secretFiles)),
      "secrets/smoke-password": material.smokePassword,
      "secrets/smoke-app-password": material.smokeAppPassword,
      "tls/key.pem": material.keyPem,
    },
    ports: [{ name: "https", port: stewardPort }],
    ready: { exec: ["steward-ready"], withinSeconds: 60, everySeconds: 5 },
    memoryMiB: config.memoryMiB,
    cpu: config.cpu,
    user: 1006,
    writablePaths: ["/run/steward", "/tmp"],
    reachableFrom: [...duties.readers],
    egress: [...duties.egress],
  };
}

/** Joins what several components hand over. @throws Error when two hand over the same file */
function merge(parts: readonly Readonly<Record<string, Input<string>>>[]): Record<string, Input<string>> {
  const all: Record<string, Input<string>> = {};
  for (const part of parts) {
    for (const [file, content] of Object.entries(part)) {
      if (file in all) throw new Error(`steward: two components hand over the file "${file}"`);
      all[file] = content;
    }
  }
  return all;
}
