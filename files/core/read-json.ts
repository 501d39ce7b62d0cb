import type { z } from "zod";

/** Reads a file's text; undefined for none, and for what a power cut or a full disk left of one. */
export function readJson<T>(form: z.ZodType<T>, text: string | undefined): T | undefined {
  if (text === undefined) return undefined;
  try {
    return form.safeParse(JSON.parse(text)).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
