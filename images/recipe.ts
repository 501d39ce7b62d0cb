import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { load } from "js-yaml";
import { z } from "zod";
import { UserError } from "../model/index.ts";
import { readRefresh } from "./refreshed.ts";

const root = join(import.meta.dirname, "..");

const recipeSchema = z.strictObject({
  /** What the image runs, in a line. */
  title: z.string(),
  /** The recipe it builds upon. Default: base. */
  from: z.string().default("base"),
  /** A program of this repository, bundled to one file beside the Dockerfile's context. */
  bundle: z.strictObject({ entry: z.string(), out: z.string(), sources: z.array(z.string()) }).optional(),
  /** Artifacts of Maven Central, unpacked or copied into the context. */
  maven: z.array(z.strictObject({ artifact: z.string(), sha256: z.string() })).default([]),
});

/** A recipe: how one image is built. */
export interface Recipe extends z.infer<typeof recipeSchema> {
  readonly name: string;
  /** Absolute path of its folder. */
  readonly folder: string;
}

/** Settings that enter no tag: the same image is built from another mirror. */
export interface Mirrors {
  /** Debian mirror, `PLANB_DEBIAN_MIRROR`. */
  readonly debian: string;
  /** Mirror of Debian's security updates, `PLANB_DEBIAN_SECURITY_MIRROR`. */
  readonly security: string;
}

/** Where Debian packages come from. Default: Debian's own mirrors. */
export const mirrors = (): Mirrors => ({
  debian: process.env["PLANB_DEBIAN_MIRROR"] || "http://deb.debian.org/debian",
  security: process.env["PLANB_DEBIAN_SECURITY_MIRROR"] || "http://deb.debian.org/debian-security",
});

/** First part of every image's name, `PLANB_IMAGE_PREFIX`. Default: planb. Another one builds all images anew. */
const imagePrefix = (): string => process.env["PLANB_IMAGE_PREFIX"] || "planb";

/** All recipes, by name; `base` among them. */
export function recipes(): ReadonlyMap<string, Recipe> {
  const found = new Map<string, Recipe>();
  for (const entry of readdirSync(import.meta.dirname, { withFileTypes: true })) {
    if (!entry.isDirectory() || !existsSync(join(import.meta.dirname, entry.name, "recipe.yaml"))) continue;
    found.set(entry.name, readRecipe(entry.name));
  }
  return found;
}

function readRecipe(name: string): Recipe {
  const folder = join(import.meta.dirname, name);
  const file = join(folder, "recipe.yaml");
  const result = recipeSchema.safeParse(load(readFileSync(file, "utf8")));
  if (!result.success) throw new UserError(`${relative(root, file)}: ${z.prettifyError(result.error)}`);
  return { ...result.data, name, folder };
}

/**
 * Files below a folder that an image is made from, sorted, as paths from the repository's root: no tests, no words about
 * it, and nothing that Python left beside its sources when it ran them.
 */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".test.ts") && entry.name !== "README.md")
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => !path.split(sep).includes("__pycache__"))
    .sort();
}

/**
 * References of all images, by recipe name: `planb/<name>:<12 hex digits>` of everything that goes into one - its
 * folder, the recipe it builds upon, and for a program its sources and the packages' lock file. Not of dates or
 * mirrors, save the stamp of the last refresh on this machine: what Debian offered then is what the images hold.
 *
 * @param stamp of a refresh. Default: the one in force on this machine, none at first
 */
export function imageRefs(stamp: string | undefined = readRefresh()?.stamp): Readonly<Record<string, string>> {
  const all = recipes();
  const refs: Record<string, string> = {};
  const refOf = (name: string): string => {
    const known = refs[name];
    if (known !== undefined) return known;
    const recipe = all.get(name);
    if (recipe === undefined) throw new UserError(`images/: no recipe "${name}"`);
    const hash = createHash("sha256");
    if (name !== "base") hash.update(refOf(recipe.from));
    else if (stamp !== undefined) hash.update(`refreshed ${stamp}`);
    const sources = recipe.bundle
      ? ["package-lock.json", ...recipe.bundle.sources.flatMap((s) => filesBelow(join(root, s)))]
      : [];
    for (const file of [...filesBelow(recipe.folder), ...sources]) {
      const path = join(root, file);
      hash.update(`\0${file}\0${statSync(path).mode & 0o100 ? "x" : "-"}\0`).update(readFileSync(path));
    }
    const ref = `${imagePrefix()}/${name}:${hash.digest("hex").slice(0, 12)}`;
    refs[name] = ref;
    return ref;
  };
  for (const name of all.keys()) refOf(name);
  return refs;
}
