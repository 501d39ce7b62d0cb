import type { ContainerCreateOptions, HealthConfig } from "dockerode";
import { type Properties, unwrap } from "../../plugin/values.ts";
import { toLabels } from "../labels.ts";

const mebibyte = 1024 * 1024;
const nanosPer = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 } as const;

/** A container's inputs as plain data; the check has seen their shapes. */
export interface ContainerInputs {
  readonly name: string;
  readonly image: string;
  readonly command?: string[];
  readonly envs?: string[];
  readonly user?: string;
  readonly hostname?: string;
  readonly readOnly?: boolean;
  readonly tmpfs?: Record<string, string>;
  readonly uploads?: readonly Upload[];
  readonly ports?: readonly { internal: number; external?: number; ip?: string; protocol?: string }[];
  readonly networksAdvanced?: readonly { name: string; aliases?: string[] }[];
  readonly networkMode?: "none";
  readonly volumes?: readonly { volumeName: string; containerPath: string; readOnly?: boolean }[];
  readonly healthcheck?: {
    tests: string[];
    interval?: string;
    timeout?: string;
    startPeriod?: string;
    retries?: number;
  };
  readonly memory?: number;
  readonly memorySwap?: number;
  readonly cpus?: string;
  readonly restart?: string;
  readonly capabilities?: { adds?: string[]; drops?: string[] };
  readonly securityOpts?: string[];
  readonly logDriver?: string;
  readonly logOpts?: Record<string, string>;
  readonly labels?: readonly { label: string; value: string }[];
  readonly mustRun?: boolean;
  readonly wait?: boolean;
  readonly waitTimeout?: number;
  readonly stopTimeout?: number;
  readonly destroyGraceSeconds?: number;
}

/** A file to be written into a container. */
export interface Upload {
  readonly file: string;
  readonly content?: string;
  readonly contentBase64?: string;
  readonly permissions?: string;
}

/** The inputs without the wrappers of secrets. */
export const plainInputs = (inputs: Properties): ContainerInputs => unwrap(inputs) as unknown as ContainerInputs;

/** A duration like `1m30s` in nanoseconds. */
export function nanoseconds(duration: string): number {
  let sum = 0;
  for (const [, amount, unit] of duration.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)) {
    sum += Number(amount) * nanosPer[unit as keyof typeof nanosPer];
  }
  return sum;
}

/** The limits that an existing container can be given anew. */
export function limits({ memory, memorySwap, cpus, restart }: ContainerInputs) {
  return {
    Memory: (memory ?? 0) * mebibyte,
    MemorySwap: memorySwap === undefined ? 0 : memorySwap === -1 ? -1 : memorySwap * mebibyte,
    NanoCpus: cpus === undefined ? 0 : Math.round(Number(cpus) * 1e9),
    RestartPolicy: { Name: restart ?? "no" },
  };
}

/** How Docker is asked for the container. Networks after the first are joined before its start. */
export function createOptions(inputs: ContainerInputs): ContainerCreateOptions {
  const ports = (inputs.ports ?? []).map((port) => ({ ...port, key: `${port.internal}/${port.protocol ?? "tcp"}` }));
  const [network] = inputs.networksAdvanced ?? [];
  return {
    name: inputs.name,
    Image: inputs.image,
    ...(inputs.command ? { Cmd: [...inputs.command] } : {}),
    ...(inputs.user === undefined ? {} : { User: inputs.user }),
    ...(inputs.hostname === undefined ? {} : { Hostname: inputs.hostname }),
    ...(inputs.stopTimeout === undefined ? {} : { StopTimeout: inputs.stopTimeout }),
    Env: [...(inputs.envs ?? [])],
    Labels: { ...toLabels(inputs.labels) },
    ...(inputs.healthcheck ? { Healthcheck: health(inputs.healthcheck) } : {}),
    ExposedPorts: Object.fromEntries(ports.map(({ key }) => [key, {}])),
    HostConfig: {
      ...limits(inputs),
      ReadonlyRootfs: inputs.readOnly ?? false,
      ...(inputs.tmpfs ? { Tmpfs: { ...inputs.tmpfs } } : {}),
      Binds: (inputs.volumes ?? []).map(
        ({ volumeName, containerPath, readOnly }) => `${volumeName}:${containerPath}:${readOnly ? "ro" : "rw"}`,
      ),
      PortBindings: portBindings(ports),
      ...(network ? { NetworkMode: network.name } : inputs.networkMode ? { NetworkMode: inputs.networkMode } : {}),
      CapAdd: [...(inputs.capabilities?.adds ?? [])],
      CapDrop: [...(inputs.capabilities?.drops ?? [])],
      SecurityOpt: [...(inputs.securityOpts ?? [])],
      ...(inputs.logDriver === undefined && inputs.logOpts === undefined
        ? {}
        : { LogConfig: { Type: inputs.logDriver ?? "json-file", Config: { ...inputs.logOpts } } }),
    },
    ...(network
      ? { NetworkingConfig: { EndpointsConfig: { [network.name]: { Aliases: [...(network.aliases ?? [])] } } } }
      : {}),
  };
}

function health(given: NonNullable<ContainerInputs["healthcheck"]>): HealthConfig {
  return {
    Test: [...given.tests],
    Interval: nanoseconds(given.interval ?? "0s"),
    Timeout: nanoseconds(given.timeout ?? "0s"),
    StartPeriod: nanoseconds(given.startPeriod ?? "0s"),
    Retries: given.retries ?? 0,
  };
}

function portBindings(ports: readonly { key: string; external?: number; ip?: string }[]) {
  const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const { key, external, ip } of ports) {
    bindings[key] ??= [];
    bindings[key].push({ HostIp: ip ?? "0.0.0.0", HostPort: external === undefined ? "" : String(external) });
  }
  return bindings;
}
