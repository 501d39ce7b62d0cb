import { createHash } from "node:crypto";
import type { types } from "@pulumi/kubernetes";
import { all, type Input, output } from "@pulumi/pulumi";
import type { Workload } from "../../model/index.ts";
import { type KubernetesContext, metadataOf } from "./names.ts";

type ConfigMap = types.input.core.v1.ConfigMap;
type Secret = types.input.core.v1.Secret;
type ProjectedVolumeSource = types.input.core.v1.ProjectedVolumeSource;

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Name of a workload's ConfigMap. */
const filesName = (workload: Workload): string => `${workload.name}-files`;
/** Name of a workload's Secret. */
const secretsName = (workload: Workload): string => `${workload.name}-secrets`;

/**
 * A key for a file: a ConfigMap's keys have no slashes and no letters beyond ASCII. A key that had to be changed gets
 * a hash of the path, so that two paths never share one.
 */
export function fileKey(path: string): string {
  const clean = path.replace(/[^-._a-zA-Z0-9]/g, "_").slice(0, 200);
  return clean === path && !path.startsWith("..") ? path : `${clean.replace(/^\.+/, "")}-${sha256(path).slice(0, 8)}`;
}

/** The plain files as a ConfigMap. */
export function renderConfigMap(workload: Workload, context: KubernetesContext): ConfigMap | undefined {
  const files = sorted(workload.files ?? {});
  if (files.length === 0) return undefined;
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: metadataOf(filesName(workload), workload.name, context),
    data: Object.fromEntries(files.map(([path, content]) => [fileKey(path), content])),
  };
}

/** The secret files as a Secret; what is an Output stays one. */
export function renderSecret(workload: Workload, context: KubernetesContext): Secret | undefined {
  const files = sorted(workload.secretFiles ?? {});
  if (files.length === 0) return undefined;
  return {
    apiVersion: "v1",
    kind: "Secret",
    type: "Opaque",
    metadata: metadataOf(secretsName(workload), workload.name, context),
    data: Object.fromEntries(files.map(([path, content]) => [fileKey(path), base64(content)])),
  };
}

const encode = (text: string): string => Buffer.from(text).toString("base64");
const base64 = (content: Input<string>): Input<string> =>
  typeof content === "string" ? encode(content) : output(content).apply(encode);

/** One volume of both, each file at its path with its mode; undefined when there are no files. */
export function renderProjection(workload: Workload): ProjectedVolumeSource | undefined {
  const items = (files: Readonly<Record<string, unknown>> | undefined, mode: number) =>
    Object.keys(files ?? {})
      .sort()
      .map((path) => ({ key: fileKey(path), path, mode }));
  const plain = items(workload.files, 0o444);
  const secret = items(workload.secretFiles, 0o440);
  if (plain.length + secret.length === 0) return undefined;
  return {
    defaultMode: 0o440,
    sources: [
      ...(plain.length > 0 ? [{ configMap: { name: filesName(workload), items: plain } }] : []),
      ...(secret.length > 0 ? [{ secret: { name: secretsName(workload), items: secret } }] : []),
    ],
  };
}

/** A digest of the plain files and of the paths of the secret ones: pods are replaced when it changes. */
export function filesDigest(workload: Workload): Input<string> {
  const files = sorted(workload.files ?? {});
  const secrets = Object.keys(workload.secretFiles ?? {}).sort();
  const digest = (contents: readonly string[]) =>
    sha256(JSON.stringify([files.map(([path], i) => [path, contents[i]]), secrets])).slice(0, 16);
  const contents = files.map(([, content]) => content);
  const known = contents.filter((content) => typeof content === "string");
  return known.length === contents.length ? digest(known) : all(contents).apply(digest);
}

const sorted = (files: Readonly<Record<string, Input<string>>>): [string, Input<string>][] =>
  Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
