import { execa } from "execa";
import type { Exit } from "./commands.ts";
import { root } from "./paths.ts";

/** `planb bench`: the benches of `bench/`, one after another. */
export async function bench(names: readonly string[]): Promise<Exit> {
  const { exitCode } = await execa(process.execPath, ["--import", "tsx", "bench/index.ts", ...names], {
    cwd: root,
    stdio: "inherit",
    reject: false,
  });
  return exitCode ?? 1;
}
