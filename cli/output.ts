import Table from "cli-table3";
import colors from "picocolors";

/** Prints a line for a person or a script. */
export const print = (line = ""): void => console.log(line);

/** Prints a remark that is no result: to stderr, so that `eval` and pipes see results only. */
export const remark = (line: string): void => console.error(line);

/** Prints a value as JSON. */
export const printJson = (value: unknown): void => console.log(JSON.stringify(value, null, 2));

/** A table without frames, so that it can be read aloud, copied and cut. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const none = {
    top: "",
    "top-mid": "",
    "top-left": "",
    "top-right": "",
    bottom: "",
    "bottom-mid": "",
    "bottom-left": "",
    "bottom-right": "",
    left: "",
    "left-mid": "",
    mid: "",
    "mid-mid": "",
    right: "",
    "right-mid": "",
    middle: "  ",
  };
  const result = new Table({ chars: none, style: { "padding-left": 0, "padding-right": 0, head: [], border: [] } });
  result.push(head.map((text) => colors.bold(text)));
  for (const row of rows) result.push(row.map(String));
  return result
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

/** A duration, e.g. "0.3 s", "74 s". */
export function seconds(value: number): string {
  return value < 10 ? `${value.toFixed(1)} s` : `${Math.round(value)} s`;
}

/** How long ago, in the largest unit that fits, e.g. "3 min". */
export function age(inSeconds: number): string {
  if (inSeconds < 120) return `${Math.round(inSeconds)} s`;
  if (inSeconds < 7200) return `${Math.round(inSeconds / 60)} min`;
  if (inSeconds < 2 * 86_400) return `${Math.round(inSeconds / 3600)} h`;
  return `${Math.round(inSeconds / 86_400)} days`;
}

/** Marks a state by word and colour; the word alone is enough. */
export const good = (text: string): string => colors.green(text);
/** As {@link good}, for what needs somebody. */
export const bad = (text: string): string => colors.red(text);
/** As {@link good}, for what may be ignored. */
export const dim = (text: string): string => colors.dim(text);
/** As {@link good}, for a heading. */
export const bold = (text: string): string => colors.bold(text);
