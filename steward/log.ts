/** Writes one line to the standard output, with the time; line breaks inside become spaces. */
export function log(line: string): void {
  process.stdout.write(`${new Date().toISOString()} ${line.replaceAll(/\s*\n\s*/g, " ")}\n`);
}

/** An error in a line. */
export function words(error: unknown): string {
  return error instanceof Error ? error.message.trim() : String(error);
}
