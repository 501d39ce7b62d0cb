import type { Workload } from "./workload.ts";

const label = /^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$/;
const portName = /^[a-z]([a-z0-9-]{0,13}[a-z0-9])?$/;
const hostName = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;
const isPort = (port: number) => Number.isInteger(port) && port >= 1 && port <= 65535;
/** Absolute, and said in one way only. */
const isPath = (path: string) => /^(\/[^/\0]+)+$/.test(path) && !path.split("/").some((p) => p === "." || p === "..");
const below = (path: string, folder: string) => path === folder || path.startsWith(`${folder}/`);

/**
 * Checks what the types cannot say of a workload, before anything is made of it. Both platforms call it first, so what
 * one refuses the other refuses too.
 *
 * @throws Error with every problem at once: a component declared something wrong
 */
export function checkWorkload(workload: Workload): void {
  const problems = [
    ...checkSelf(workload),
    ...checkFiles(workload),
    ...checkStorage(workload),
    ...checkPorts(workload),
    ...checkReach(workload),
  ];
  if (problems.length > 0) throw new Error(problems.map((p) => `workload "${workload.name}": ${p}`).join("\n"));
}

/** Collects `message` for each value that does not pass. */
const each = <T>(values: readonly T[], ok: (value: T) => boolean, message: (value: T) => string): string[] =>
  values.filter((value) => !ok(value)).map(message);

const doubles = (what: string, values: readonly (string | number)[]): string[] =>
  [...new Set(values.filter((value, i) => values.indexOf(value) !== i))].map(
    (v) => `${what}: "${v}" stands there twice`,
  );

function checkSelf(w: Workload): string[] {
  const { ready } = w;
  const seconds = [ready.withinSeconds, ready.everySeconds].filter((s) => s !== undefined);
  return [
    ...each(
      [w.name],
      (n) => label.test(n),
      (n) => `name: expected a DNS label of at most 30 characters, got "${n}"`,
    ),
    ...each(
      [w.user],
      // Root only where named capabilities say what for; without any it would be root for nothing.
      (u) => Number.isInteger(u) && u >= ((w.capabilities ?? []).length > 0 ? 0 : 1) && u < 65534,
      (u) => `user: expected 1 to 65533 (0 only with capabilities), got ${u}`,
    ),
    ...each(
      [w.memoryMiB],
      (m) => Number.isInteger(m) && m >= 16,
      (m) => `memoryMiB: expected 16 or more, got ${m}`,
    ),
    ...each(
      [w.cpu],
      (c) => c >= 0.01,
      (c) => `cpu: expected 0.01 or more, got ${c}`,
    ),
    ...each(
      seconds,
      (s) => Number.isInteger(s) && s > 0,
      (s) => `ready: expected whole seconds, got ${s}`,
    ),
    ...each(
      Object.keys(w.env ?? {}),
      (k) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(k),
      (k) => `env: not a name: "${k}"`,
    ),
    ...each(
      w.capabilities ?? [],
      (c) => /^[A-Z_]+$/.test(c) && !c.startsWith("CAP_") && c !== "ALL",
      (c) => `capabilities: expected a name like "NET_BIND_SERVICE", got "${c}"`,
    ),
    ...each(
      w.log ? [w.log.maxMiB, w.log.files] : [],
      (n) => Number.isInteger(n) && n >= 1,
      (n) => `log: expected 1 or more, got ${n}`,
    ),
  ];
}

function checkFiles(w: Workload): string[] {
  const paths = [...Object.keys(w.files ?? {}), ...Object.keys(w.secretFiles ?? {})];
  return [
    ...each(
      paths,
      (p) => isPath(`/${p}`),
      (p) => `files: expected a relative path, got "${p}"`,
    ),
    ...doubles("files", paths),
    ...each(
      paths,
      (p) => !paths.some((q) => q !== p && q.startsWith(`${p}/`)),
      (p) => `files: "${p}" is a folder of another file`,
    ),
  ];
}

function checkStorage(w: Workload): string[] {
  const volumes = w.volumes ?? [];
  const paths = ["/config", ...volumes.map((v) => v.path), ...(w.writablePaths ?? [])];
  return [
    ...each(
      volumes,
      (v) => label.test(v.name) && v.name !== "config",
      (v) => `volumes: expected a DNS label other than "config", got "${v.name}"`,
    ),
    ...doubles(
      "volumes",
      volumes.map((v) => v.name),
    ),
    ...each(
      volumes,
      (v) => Number.isInteger(v.sizeGiB) && v.sizeGiB >= 1,
      (v) => `volumes.${v.name}.sizeGiB: expected 1 or more, got ${v.sizeGiB}`,
    ),
    ...each(
      volumes,
      (v) => v.backup === "daily" || v.backup.none.trim() !== "",
      (v) => `volumes.${v.name}.backup: expected a reason`,
    ),
    ...each(paths, isPath, (p) => `paths: expected an absolute path, got "${p}"`),
    ...each(
      paths,
      (p) => paths.filter((q) => below(p, q)).length === 1,
      (p) => `paths: "${p}" lies in another volume or scratch path`,
    ),
  ];
}

function checkPorts(w: Workload): string[] {
  const ports = w.ports ?? [];
  const published = ports.filter((p) => p.hostPort !== undefined);
  const key = (port: number | undefined, protocol = "tcp") => `${port}/${protocol}`;
  return [
    ...each(
      ports,
      (p) => portName.test(p.name),
      (p) => `ports: expected a name of at most 15 of a-z, 0-9 and "-", got "${p.name}"`,
    ),
    ...each(
      ports,
      (p) => isPort(p.port) && isPort(p.hostPort ?? 1),
      (p) => `ports.${p.name}: expected 1 to 65535`,
    ),
    ...doubles(
      "ports",
      ports.map((p) => p.name),
    ),
    ...doubles(
      "ports",
      ports.map((p) => key(p.port, p.protocol)),
    ),
    ...doubles(
      "ports",
      published.map((p) => key(p.hostPort, p.protocol)),
    ),
  ];
}

function checkReach(w: Workload): string[] {
  const egress = w.egress ?? [];
  const needless = w.reachableFrom.length > 0 && (w.ports ?? []).length === 0;
  return [
    ...each(
      w.reachableFrom,
      (n) => label.test(n) && n !== w.name,
      (n) => `reachableFrom: expected another workload's name, got "${n}"`,
    ),
    ...doubles("reachableFrom", w.reachableFrom),
    ...(needless ? ["reachableFrom: nobody can reach a workload without ports"] : []),
    ...each(
      w.publicNames ?? [],
      (n) => n.length <= 253 && hostName.test(n),
      (n) => `publicNames: expected a DNS name, got "${n}"`,
    ),
    ...doubles("publicNames", w.publicNames ?? []),
    ...each(
      egress,
      (e) => isPort(e.port) && e.host !== "" && e.why.trim() !== "",
      (e) => `egress: expected host, port and reason, got "${e.host}:${e.port}"`,
    ),
  ];
}
