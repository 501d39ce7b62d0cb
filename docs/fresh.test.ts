import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { execaSync } from "execa";
import { describe, expect, it } from "vitest";
import { current, printed } from "./print.ts";

const root = join(import.meta.dirname, "..");

describe("printed pages", () => {
  it.each(Object.entries(printed()))("%s is fresh (else: npm run docs)", (path, text) => {
    expect(current(path)).toBe(text);
  });
});

describe("pages", () => {
  const list = ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"];
  const pages = execaSync("git", list, { cwd: root })
    .stdout.split("\n")
    .filter((page) => exists(join(root, page)));
  /** Text without code, in which nothing is a link or a headline. */
  const textOf = (page: string) =>
    readFileSync(join(root, page), "utf8").replace(/```[\s\S]*?```|`[^`\n]*`/g, (code) =>
      code.replaceAll(/[[\]#]/g, ""),
    );
  /** A headline's anchor, as GitHub makes it. */
  const anchors = (page: string) =>
    [...readFileSync(join(root, page), "utf8").matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
      title
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
    );

  it("are all that the repository has", () => expect(pages.length).toBeGreaterThan(30));

  it.each(pages)("%s links to files and headlines that exist", (page) => {
    const links = [...textOf(page).matchAll(/\]\(([^)\s]+)[^)]*\)/g)].map((match) => match[1] ?? "");
    const missing = links.filter((link) => {
      if (/^[a-z]+:/.test(link)) return false;
      const [path = "", anchor] = link.split("#");
      const target = path === "" ? page : join(page, "..", decodeURIComponent(path));
      if (!exists(join(root, target))) return true;
      return anchor !== undefined && target.endsWith(".md") && !anchors(target).includes(anchor);
    });
    expect(missing).toEqual([]);
  });
});

function exists(path: string): boolean {
  try {
    readdirSync(path);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOTDIR";
  }
}
