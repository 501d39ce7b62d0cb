import { UserError } from "../model/errors.ts";
import { writeBenchmarks } from "./docs.ts";
import { type Bench, report } from "./harness.ts";

/** The benches by name, each loaded when it is run. */
const benches: Readonly<Record<string, () => Promise<Bench>>> = {
  noop: async () => (await import("./noop.ts")).noop,
  up: async () => (await import("./up.ts")).up,
  sync: async () => (await import("./sync.ts")).sync,
  login: async () => (await import("./login.ts")).login,
  mail: async () => (await import("./mail.ts")).mail,
  lists: async () => (await import("./lists.ts")).lists,
  files: async () => (await import("./files.ts")).files,
  memory: async () => (await import("./memory.ts")).memory,
};

/** Names of all benches. */
export const benchNames: readonly string[] = Object.keys(benches);

/**
 * Runs benches one after another, keeps their results and prints docs/benchmarks.md anew.
 *
 * @param names which. Default: all; `docs` only prints the page
 * @returns 1 when a goal was missed
 * @throws UserError for an unknown name
 */
export async function runBenches(names: readonly string[]): Promise<number> {
  const chosen = names.length === 0 ? benchNames : names.filter((name) => name !== "docs");
  const unknown = chosen.filter((name) => benches[name] === undefined);
  if (unknown.length > 0) {
    throw new UserError(`bench ${unknown.join(", ")}: expected ${[...benchNames, "docs"].join(", ")}`);
  }
  let missed = 0;
  for (const name of chosen) {
    const bench = await benches[name]?.();
    if (bench === undefined) continue;
    console.error(`${bench.name}: ${bench.about}`);
    const result = await bench.run();
    report(result);
    if (!result.met) missed++;
    writeBenchmarks();
  }
  writeBenchmarks();
  return missed === 0 ? 0 : 1;
}

if (process.argv[1] === import.meta.filename) {
  try {
    process.exitCode = await runBenches(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
