import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { dataFolder } from "./folders.ts";

/** The last refresh that brought something new, on this machine. */
export interface Refresh {
  /** Enters the tag of the base image, and so of all. An ISO time. */
  readonly stamp: string;
}

const file = (): string => join(dataFolder(), "images-refresh.json");

/** The refresh in force; undefined when there was none. */
export function readRefresh(): Refresh | undefined {
  try {
    return JSON.parse(readFileSync(file(), "utf8")) as Refresh;
  } catch {
    return undefined;
  }
}

/** Puts a refresh in force; undefined takes the last one back. */
export function writeRefresh(refresh: Refresh | undefined): void {
  if (refresh === undefined) {
    rmSync(file(), { force: true });
    return;
  }
  mkdirSync(dirname(file()), { recursive: true });
  writeFileSync(`${file()}.${process.pid}`, `${JSON.stringify(refresh)}\n`);
  renameSync(`${file()}.${process.pid}`, file());
}
