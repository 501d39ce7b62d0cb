import { type Bench, median } from "./harness.ts";
import { tell } from "./stack.ts";
import { bulk, startSyncStack } from "./sync-stack.ts";

const firstPasses = 3;
const deltas = 5;
const changedPeople = 10;

/** The directory sync of 10,000 people and 1,000 groups of a real Active Directory, against plain ldapsearch. */
export const sync: Bench = {
  name: "sync",
  about: "first copy of 10,000 people and 1,000 groups, and a delta of 10, against plain ldapsearch",
  async run() {
    const stack = await startSyncStack();
    const [first, plain, delta]: [number[], number[], number[]] = [[], [], []];
    const problems: string[] = [];
    try {
      for (let run = 0; run < firstPasses; run++) {
        tell(`first pass ${run + 1} of ${firstPasses}`);
        const report = await stack.firstPass();
        if (report.added < bulk.users + bulk.groups) problems.push(`only ${report.added} entries were added`);
        problems.push(...report.faults);
        first.push(report.seconds);
        const read = await stack.plainRead();
        if (read.entries < bulk.users + bulk.groups) problems.push(`ldapsearch read ${read.entries} entries only`);
        plain.push(read.seconds);
      }
      for (let run = 0; run < deltas; run++) {
        const report = await stack.delta(changedPeople);
        if (report.changed !== changedPeople) problems.push(`a delta changed ${report.changed} entries`);
        delta.push(report.seconds);
      }
    } finally {
      await stack.remove();
    }
    for (const problem of problems) tell(problem);
    return {
      bench: "sync",
      compares:
        "the steward's first pass from a Samba AD into an empty shadow directory, and a delta of 10 changed people, with `ldapsearch` reading the same entries and attributes; all in their containers with the stack's limits",
      goal: "first pass at most 60 s, delta at most 2 s",
      series: [
        { label: "first pass, 10,000 people and 1,000 groups", unit: "s", values: first },
        { label: "ldapsearch, the same entries", unit: "s", values: plain },
        { label: "delta of 10 people", unit: "s", values: delta },
      ],
      figures: { "first pass to ldapsearch": median(first) / median(plain), problems: problems.length },
      met: median(first) <= 60 && median(delta) <= 2 && problems.length === 0,
    };
  },
};
