import { isIP } from "node:net";
import type { Fields, Shape } from "../../plugin/fields.ts";
import { labelsField } from "../labels.ts";

const text: Shape = { kind: "string" };
const texts = (ordered: boolean): Shape => ({ kind: "list", ordered, of: text });

const rule = (pattern: RegExp, what: string): Shape => ({
  kind: "string",
  rule: (value) => (pattern.test(value) ? undefined : what),
});
const duration = rule(/^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/, 'a duration like "10s" or "1m30s"');
const absolutePath = rule(/^\//, "an absolute path in the container");
const atLeast = (least: number, what: string): Shape => ({
  kind: "integer",
  rule: (value) => (value >= least ? undefined : what),
});
const port: Shape = {
  kind: "integer",
  rule: (value) => (value >= 1 && value <= 65535 ? undefined : "a port from 1 to 65535"),
};

const upload: Fields = {
  file: { shape: absolutePath, required: true, says: "Path of the file in the container." },
  content: { shape: text, says: "Its content as text. Either this or `contentBase64`." },
  contentBase64: { shape: text, says: "Its content as bytes in base64." },
  permissions: {
    shape: rule(/^0?[0-7]{3}$/, 'an octal mode like "0440"'),
    fallback: "0644",
    says: "Its mode in octal, `0644` by default. It belongs to root:root.",
  },
};

const published: Fields = {
  internal: { shape: port, required: true, says: "Port in the container." },
  external: { shape: port, says: "Port on the host; the engine chooses one where it is missing." },
  ip: {
    shape: { kind: "string", rule: (value) => (isIP(value) ? undefined : "an IP address of the host") },
    fallback: "0.0.0.0",
    says: "Address on the host, all of them by default.",
  },
  protocol: { shape: rule(/^(tcp|udp|sctp)$/, "tcp, udp or sctp"), fallback: "tcp", says: "`tcp` by default." },
};

const healthcheck: Fields = {
  tests: { shape: texts(true), required: true, says: 'The command, after "CMD" or "CMD-SHELL"; or just "NONE".' },
  interval: { shape: duration, fallback: "0s", says: "Time between two checks, 30 s by default." },
  timeout: { shape: duration, fallback: "0s", says: "Time a check may take, 30 s by default." },
  startPeriod: { shape: duration, fallback: "0s", says: "Time in which failures do not count, none by default." },
  retries: {
    shape: atLeast(0, "0 or more"),
    fallback: 0,
    says: "Failures in a row that make it unhealthy, 3 by default.",
  },
};

const objects = (fields: Fields, rule?: Extract<Shape, { kind: "object" }>["rule"]): Shape => ({
  kind: "list",
  ordered: false,
  of: { kind: "object", fields, ...(rule ? { rule } : {}) },
});

/** Properties of `docker:index/container:Container`, with the meaning that the official provider gives them. */
export const containerFields: Fields = {
  name: { shape: text, says: "Name on the engine." },
  image: { shape: rule(/\S/, "an image reference"), required: true, says: "Image; it must be on the engine already." },
  command: { shape: texts(true), says: "Command and its arguments." },
  envs: {
    shape: { kind: "list", ordered: false, of: rule(/^[^=]+=/, '"NAME=value"') },
    says: "Environment, `NAME=value`.",
  },
  user: { shape: text, says: "User and group of the process." },
  hostname: { shape: text, says: "Host name inside." },
  readOnly: { shape: { kind: "boolean" }, fallback: false, says: "Whether its root file system is read-only." },
  tmpfs: { shape: { kind: "map" }, says: "Mount options by path of a file system in memory." },
  uploads: {
    shape: objects(upload, (given) =>
      (given["content"] === undefined) === (given["contentBase64"] === undefined)
        ? "needs either content or contentBase64"
        : undefined,
    ),
    says: "Files written into it before its first start.",
  },
  ports: { shape: objects(published), says: "Ports published on the host." },
  networksAdvanced: {
    shape: objects({
      name: { shape: text, required: true, says: "Name of the network." },
      aliases: { shape: texts(false), says: "Its names in that network, besides its own." },
    }),
    says: "Networks it is in; Docker's default bridge where there are none.",
  },
  networkMode: {
    shape: rule(/^none$/, '"none", and networksAdvanced for all else'),
    says: "`none`: no network at all, not even Docker's default bridge.",
  },
  volumes: {
    shape: objects({
      volumeName: { shape: rule(/\S/, "the name of a volume"), required: true, says: "Name of the volume." },
      containerPath: { shape: absolutePath, required: true, says: "Where it is mounted." },
      readOnly: { shape: { kind: "boolean" }, fallback: false, says: "Whether it is mounted read-only." },
    }),
    says: "Volumes it mounts.",
  },
  healthcheck: { shape: { kind: "object", fields: healthcheck }, says: "How Docker finds out whether it is healthy." },
  memory: { shape: atLeast(6, "6 MiB or more"), inPlace: true, says: "Limit of memory in MiB." },
  memorySwap: {
    shape: atLeast(-1, "MiB, or -1 for no limit"),
    inPlace: true,
    says: "Memory and swap together in MiB.",
  },
  cpus: { shape: rule(/^\d+(\.\d+)?$/, 'cores like "0.5"'), inPlace: true, says: "Limit of cores, a decimal." },
  restart: {
    shape: rule(/^(no|on-failure|always|unless-stopped)$/, "no, on-failure, always or unless-stopped"),
    fallback: "no",
    inPlace: true,
    says: "Restart policy, `no` by default.",
  },
  capabilities: {
    shape: {
      kind: "object",
      fields: {
        adds: { shape: texts(false), says: "Capabilities it is given." },
        drops: { shape: texts(false), says: "Capabilities taken from it." },
      },
    },
    says: "Linux capabilities.",
  },
  securityOpts: { shape: texts(false), says: "Security options." },
  logDriver: { shape: text, says: "Log driver, the engine's default where it is missing." },
  logOpts: { shape: { kind: "map" }, says: "Options of the log driver." },
  labels: labelsField,
  mustRun: {
    shape: { kind: "boolean" },
    fallback: true,
    inPlace: true,
    says: "Whether it is started again when found stopped, true by default. A refresh reports a stopped one as false.",
  },
  wait: { shape: { kind: "boolean" }, fallback: false, inPlace: true, says: "Whether to wait until it is healthy." },
  waitTimeout: {
    shape: atLeast(1, "1 second or more"),
    fallback: 60,
    inPlace: true,
    says: "Seconds to wait for that, 60 by default.",
  },
  stopTimeout: {
    shape: atLeast(0, "0 seconds or more"),
    says: "Seconds from Docker's signal to stop to the kill; 10 by default.",
  },
  destroyGraceSeconds: {
    shape: atLeast(0, "0 seconds or more"),
    inPlace: true,
    says: "Seconds it is given to end by itself before it is removed; the container's own stop timeout (10) by default.",
  },
};
