import type { Workload } from "../../model/index.ts";

/** Who shares a network: names of workloads, sorted. */
export type Members = readonly string[];

/** What a workload says of who may reach it. */
type Reached = Pick<Workload, "name" | "reachableFrom">;

/**
 * The networks that workloads share so that everybody declared to reach another does, and no two meet who have nothing to
 * do with each other: on each network any two are client and server, one way or the other. A network for each such pair
 * would do; with those merged that may be, a stack takes half as many, and each workload starts in fewer. Pure, and the
 * same whatever the order of the workloads.
 *
 * @param workloads those that run; others that are named in `reachableFrom` are left out
 */
export function sharedNetworks(workloads: readonly Reached[]): readonly Members[] {
  const names = workloads.map((workload) => workload.name).sort();
  const declared = new Set(
    workloads.flatMap(({ name, reachableFrom }) => reachableFrom.map((from) => key(from, name))),
  );
  const related = (a: string, b: string): boolean => declared.has(key(a, b));
  const open = new Set(
    pairsOf(names)
      .filter(([a, b]) => related(a, b))
      .map(([a, b]) => key(a, b)),
  );
  const networks: Members[] = [];
  for (const pair of pairsOf(names)) {
    if (!open.has(key(...pair))) continue;
    let members: string[] = pair;
    for (;;) {
      const gain = (name: string): number => members.filter((member) => open.has(key(name, member))).length;
      const fitting = names.filter((name) => !members.includes(name) && members.every((m) => related(name, m)));
      // Who brings the most pairs that share no network yet; the first by name where several bring as many.
      const best = fitting.reduce((most, name) => (gain(name) > gain(most) ? name : most), fitting[0] ?? "");
      if (gain(best) === 0) break;
      members = [...members, best];
    }
    for (const each of pairsOf(members)) open.delete(key(...each));
    networks.push(members.sort());
  }
  return networks;
}

/** Two names in either order. */
const key = (a: string, b: string): string => [a, b].sort().join(" ");

const pairsOf = (names: readonly string[]): [string, string][] =>
  names.flatMap((a, at) => names.slice(at + 1).map((b): [string, string] => [a, b]));
