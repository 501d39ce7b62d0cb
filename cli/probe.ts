import { UserError } from "../model/errors.ts";
import type { Exit } from "./commands.ts";
import { bad, good, print, printJson } from "./output.ts";
import { awakeProbes, probeTable, probeUntilGreen } from "./probes.ts";
import { stackOutputs } from "./pulumi.ts";
import { openStack } from "./stack.ts";
import { secondsOption } from "./up.ts";

/** `planb probe`: what a user could do, tried from outside. 1 when something is red. */
export async function probe(
  name: string,
  options: { json?: boolean; service?: string; untilGreen: string },
): Promise<Exit> {
  const wait = secondsOption("--until-green", options.untilGreen);
  const stack = await openStack(name);
  const outputs = await stackOutputs(stack.pulumi);
  const probes = awakeProbes(outputs, options.service);
  if (options.service !== undefined && probes.length === 0) {
    const services = [...new Set(outputs.probes.map((p) => p.service))];
    throw new UserError(
      `--service ${options.service}: it has no probes that run now; there are: ${services.join(", ")}`,
    );
  }
  const results = await probeUntilGreen(outputs, stack.identity, probes, { seconds: wait });
  const red = results.filter((result) => !result.ok).length;
  if (options.json) printJson({ stack: name, mode: outputs.mode, ok: red === 0, probes: results });
  else if (results.length === 0) print(`${name} is ${outputs.mode}: there is nothing to probe`);
  else {
    print(probeTable(outputs, results));
    print(red === 0 ? good(`${results.length} probes green`) : bad(`${red} of ${results.length} probes failed`));
  }
  return red === 0 ? 0 : 1;
}
