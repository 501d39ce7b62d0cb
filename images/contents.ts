import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { PassThrough } from "node:stream";
import Docker from "dockerode";
import { UserError } from "../model/index.ts";
import { dataFolder } from "./folders.ts";
import { imageRefs } from "./recipe.ts";

/** A package inside an image. */
export interface ImagePackage {
  readonly kind: "deb" | "maven" | "npm" | "pypi" | "golang";
  /** As its registry names it; a Maven one as `group:artifact`, or the artifact alone where its group is not told. */
  readonly name: string;
  readonly version: string;
}

/** Label of an image with the npm packages that its bundled program holds, `name@version`, by spaces. */
export const npmLabel = "io.planb.npm";

/** Label of an image with the Maven artifacts of its recipe, `group:artifact:version`, by spaces. */
export const mavenLabel = "io.planb.maven";

/** Lists Debian's packages and files whose names tell of others; every image has bash, find and dpkg from Debian. */
const script = `
dpkg-query -W -f 'deb\\t\${Package}\\t\${Version}\\n'
find / -xdev \\( -path /proc -o -path /sys \\) -prune -o -name '*.jar' -type f -printf 'jar\\t%f\\n'
find /opt /usr/local /srv -xdev -name '*.dist-info' -type d -printf 'pypi\\t%f\\n' 2>/dev/null
find /opt /usr/local /srv -xdev -name '*.gomod' -type f -exec cat {} + 2>/dev/null | sed 's/^/go\\t/'
exit 0`;

/** Reads a line of the script. */
function parseLine(line: string): ImagePackage | undefined {
  const [kind, name = "", version = ""] = line.split("\t");
  if (kind === "deb") return { kind, name, version };
  if (kind === "pypi") {
    const match = /^(.+)-([^-]+)\.dist-info$/.exec(name);
    return match?.[1] && match[2] ? { kind, name: match[1], version: match[2] } : undefined;
  }
  if (kind === "go") return name && version ? { kind: "golang", name, version } : undefined;
  if (kind === "jar") return jarPackage(name);
  return undefined;
}

/** What a jar's file name tells; Quarkus writes the group before the artifact: "org.keycloak.keycloak-core-26.7.3.jar". */
export function jarPackage(file: string): ImagePackage | undefined {
  const full = /^(.+?)-(\d[\w.+-]*)\.jar$/.exec(file);
  if (!full?.[1] || !full[2]) return undefined;
  const group = /^((?:[a-z][\w-]*\.)+)([\w-]+)$/.exec(full[1]);
  const name = group?.[1] && group[2] ? `${group[1].slice(0, -1)}:${group[2]}` : full[1];
  return { kind: "maven", name, version: full[2] };
}

const labelled = (text: string | undefined): string[] => (text ?? "").split(" ").filter((item) => item !== "");

function fromLabels(labels: Readonly<Record<string, string>>): ImagePackage[] {
  const npm = labelled(labels[npmLabel]).map((item): ImagePackage => {
    const at = item.lastIndexOf("@");
    return { kind: "npm", name: item.slice(0, at), version: item.slice(at + 1) };
  });
  const maven = labelled(labels[mavenLabel]).map((item): ImagePackage => {
    const [group, name, version = ""] = item.split(":");
    return { kind: "maven", name: `${group}:${name}`, version };
  });
  return [...npm, ...maven];
}

const recordFile = (ref: string): string =>
  join(dataFolder(), "packages", `${ref.replaceAll("/", "_").replace(":", "-")}.json`);

/**
 * The packages inside an image with their versions, sorted; recorded on this machine at the first look.
 *
 * @param ref reference of a built image
 */
export async function imageContents(ref: string): Promise<readonly ImagePackage[]> {
  try {
    return JSON.parse(readFileSync(recordFile(ref), "utf8")) as ImagePackage[];
  } catch {
    // not looked into yet
  }
  const docker = new Docker();
  const labels = (await docker.getImage(ref).inspect()).Config.Labels ?? {};
  const lines = await runInside(docker, ref);
  const found = [...lines.flatMap((line) => parseLine(line) ?? []), ...fromLabels(labels)];
  const key = (p: ImagePackage) => `${p.kind} ${p.name} ${p.version}`;
  const packages = [...new Map(found.map((p) => [key(p), p])).entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, p]) => p);
  mkdirSync(dirname(recordFile(ref)), { recursive: true });
  writeFileSync(recordFile(ref), `${JSON.stringify(packages)}\n`);
  return packages;
}

async function runInside(docker: Docker, ref: string): Promise<string[]> {
  const output = new PassThrough();
  const chunks: Buffer[] = [];
  output.on("data", (chunk: Buffer) => chunks.push(chunk));
  const errors = new PassThrough().resume();
  const options = { Entrypoint: ["bash", "-c", script], User: "0", Tty: false, NetworkDisabled: true };
  const [{ StatusCode }, container] = (await docker.run(ref, [], [output, errors], options)) as [
    { StatusCode: number },
    Docker.Container,
  ];
  await container.remove({ v: true });
  if (StatusCode !== 0) throw new UserError(`image ${ref}: listing its packages ended with ${StatusCode}`);
  return Buffer.concat(chunks).toString("utf8").split("\n");
}

/**
 * Reference of a built image by its recipe's name.
 *
 * @throws UserError when there is no such recipe
 */
export function imageRef(name: string): string {
  const refs = imageRefs();
  const ref = refs[name];
  if (ref === undefined) throw new UserError(`no image "${name}"; there are: ${Object.keys(refs).join(", ")}`);
  return ref;
}
