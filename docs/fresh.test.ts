import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { current, printed } from "./print.ts";

const root = join(import.meta.dirname, "..");

describe("printed pages", () => {
  it.each(Object.entries(printed()))("%s is fresh (else: npm run docs)", (path, text) => {
    expect(current(path)).toBe(text);
  });
});

describe("pages", () => {
  const pages = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].concat(
    readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".md"))
      .map((file) => join("docs", file)),
  );

  it.each(pages)("%s links to files that exist", (page) => {
    const text = readFileSync(join(root, page), "utf8").replace(/```[\s\S]*?```|`[^`\n]*`/g, "");
    const links = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map((match) => match[1] ?? "");
    const missing = links.filter(
      (link) => !/^[a-z]+:/.test(link) && !exists(join(root, page, "..", decodeURIComponent(link))),
    );
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
