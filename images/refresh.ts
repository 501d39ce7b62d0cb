import { buildImages, type ImageProgress } from "./build.ts";
import { type ImagePackage, imageContents } from "./contents.ts";
import { imageRefs } from "./recipe.ts";
import { readRefresh, writeRefresh } from "./refreshed.ts";

/** A package whose version a refresh changed. */
export interface PackageChange {
  readonly image: string;
  readonly name: string;
  /** Undefined: it was not there. */
  readonly before: string | undefined;
  /** Undefined: it is not there any more. */
  readonly after: string | undefined;
}

/** What differs between two lists of packages. */
export function compareContents(
  image: string,
  before: readonly ImagePackage[],
  after: readonly ImagePackage[],
): PackageChange[] {
  const byName = (packages: readonly ImagePackage[]) => new Map(packages.map((p) => [`${p.kind} ${p.name}`, p]));
  const old = byName(before);
  const fresh = byName(after);
  return [...new Set([...old.keys(), ...fresh.keys()])].sort().flatMap((key) => {
    const [was, is] = [old.get(key), fresh.get(key)];
    if (was?.version === is?.version) return [];
    return [{ image, name: was?.name ?? is?.name ?? key, before: was?.version, after: is?.version }];
  });
}

/**
 * Builds all images anew from what Debian offers now, security updates included. When a version changed, the new images
 * are what stacks use from their next `up` on; otherwise nothing changes. The former images stay on the engine.
 *
 * @returns the changes, image by image
 * @throws UserError when a build fails; then nothing has changed
 */
export async function refreshImages(report: (progress: ImageProgress) => void): Promise<readonly PackageChange[]> {
  const former = readRefresh();
  await buildImages(report);
  const before = imageRefs();
  let keep = false;
  writeRefresh({ stamp: new Date().toISOString() });
  try {
    await buildImages(report);
    const changes: PackageChange[] = [];
    for (const [name, ref] of Object.entries(imageRefs())) {
      const was = before[name];
      if (was === undefined) continue;
      changes.push(...compareContents(name, await imageContents(was), await imageContents(ref)));
    }
    keep = changes.length > 0;
    return changes;
  } finally {
    if (!keep) writeRefresh(former);
  }
}
