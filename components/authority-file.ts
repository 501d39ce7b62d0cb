import { readFileSync } from "node:fs";
import { isAbsolute, join, relative } from "node:path";
import { stacksFolder } from "../config/index.ts";
import { UserError } from "../model/index.ts";

/**
 * Reads a certificate authority (PEM) that lies beside the stack file.
 *
 * @param where the setting that names it, after the stack file's path
 * @param expected what should be in it, for the error
 * @throws UserError when the file is missing, holds no certificate, or holds a private key
 */
export function readAuthority(file: string, where: string, expected: string): string {
  const path = isAbsolute(file) ? file : join(stacksFolder(), file);
  const shown = relative(process.cwd(), path);
  const problem = (text: string) => new UserError(`${where}: ${text}; expected ${expected}`);
  const text = (() => {
    try {
      return readFileSync(path, "utf8");
    } catch {
      throw problem(`cannot read ${shown}`);
    }
  })();
  if (!text.includes("-----BEGIN CERTIFICATE-----")) throw problem(`no certificate in ${shown}`);
  if (text.includes("PRIVATE KEY")) throw problem(`a private key is in ${shown}`);
  return text.endsWith("\n") ? text : `${text}\n`;
}
