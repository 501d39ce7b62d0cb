import { stripVTControlCharacters } from "node:util";

/** What a line of Pulumi's progress says of a container, network or volume, e.g. "creating container database". */
export function progressOf(line: string): string | undefined {
  const match =
    /^\s*[-+~@<>= ]*\s*(?:docker|kubernetes):\S*:(\w+)\s+(\S+)\s+(\w+)(?: \([^)]*\)(\[retain\])?|\s|$)/.exec(
      stripVTControlCharacters(line),
    );
  if (match === null) return undefined;
  const [, type = "", name, state = "", retained] = match;
  // Pulumi's word for what it forgets and leaves on the engine.
  if (retained) return state === "deleted" ? `kept ${type.toLowerCase()} ${name}` : undefined;
  return ["creating", "created", "updating", "updated", "deleting", "deleted", "replacing"].includes(state)
    ? `${state} ${type.toLowerCase()} ${name}`
    : undefined;
}

/** Lines of the diagnostics that say nothing of their own. */
const empty = /^\s*$|error: update failed$|error: preview failed$|^ {2}\S+:\S+ \(.*\):$/;

/** Errors of an output in JSON, such as that of `preview --json`; undefined: it is none. */
function jsonErrors(output: string): string | undefined {
  try {
    const json = output.slice(output.indexOf("{"), output.lastIndexOf("}") + 1);
    const { diagnostics } = JSON.parse(json) as { diagnostics?: readonly { message: string; severity: string }[] };
    const errors = (diagnostics ?? []).filter(({ severity }) => severity === "error");
    const lines = errors.map(({ message }) =>
      stripVTControlCharacters(message)
        .trim()
        .replace(/^error: /, ""),
    );
    return lines.length === 0 ? undefined : [...new Set(lines)].join("\n");
  } catch {
    return undefined;
  }
}

/** The part of Pulumi's output that says why it failed: its diagnostics, or the last lines. */
export function reasonOf(output: string): string {
  const told = jsonErrors(output);
  if (told !== undefined) return told;
  const lines = stripVTControlCharacters(output)
    .split("\n")
    .map((line) => line.trimEnd());
  const start = lines.lastIndexOf("Diagnostics:");
  const end = lines.findIndex((line, index) => index > start && /^(Resources|Outputs|Duration):/.test(line));
  const part = start === -1 ? lines.slice(-15) : lines.slice(start + 1, end === -1 ? undefined : end);
  const errors = part.filter((line) => !empty.test(line)).map((line) => line.replace(/^\s*error: /, ""));
  return [...new Set(errors)].slice(0, 40).join("\n");
}
