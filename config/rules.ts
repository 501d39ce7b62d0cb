import { existsSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";
import type { z } from "zod";
import { addressesDiffer } from "./addresses.ts";
import { show } from "./problems.ts";
import { type Sections, stackSchema } from "./schema.ts";
import { dotted, type Found, marked } from "./walk.ts";

/**
 * A rule over several fields of one stack file. Where the file has other faults it reads the file as given, so that
 * all faults are told at once; else the complete one.
 *
 * @returns lines such as `host.httpsPort: the port 80 is taken by host.httpPort; choose another one`
 */
export type Rule = (schema: z.ZodType, value: unknown, folder: string) => string[];

/** No port of this host twice in one file. */
const portsDiffer: Rule = (schema, value) => {
  const given = marked(schema, value, "hostPort");
  return given.flatMap(({ path, value: port }, index) => {
    const other = given.slice(0, index).find((earlier) => earlier.value === port);
    if (other === undefined) return [];
    return [`${dotted(path)}: the port ${show(port)} is taken by ${dotted(other.path)}; choose another one`];
  });
};

/** Files the stack file names lie beside it. */
const filesExist: Rule = (schema, value, folder) =>
  marked(schema, value, "besideFile").flatMap(({ path, value: file }) => {
    if (typeof file !== "string" || existsSync(join(folder, file))) return [];
    return [`${dotted(path)}: no such file: ${file}; put it beside the stack file, in ${folder}`];
  });

/** What is said of a cluster is for a cluster. */
const clusterIsUsed: Rule = (_schema, value) => {
  const { platform = "docker", kubernetes } = (value ?? {}) as { platform?: unknown; kubernetes?: unknown };
  if (kubernetes === undefined || platform !== "docker") return [];
  return [
    "kubernetes: the platform is docker, which has no use for it; take the section out, or set platform: kubernetes",
  ];
};

/** What lists send goes by the mail server, and what they get comes by it. */
const listsHaveMail: Rule = (_schema, value) => {
  const { lists, mail } = (value ?? {}) as { lists?: unknown; mail?: unknown };
  if (lists === undefined || mail !== undefined) return [];
  return ["lists: mailing lists need mail, which the file does not have; add the section mail, or take lists out"];
};

/** Others obey what is enforced: without a certificate that they trust they would deliver nothing any more. */
const enforcedIsTrusted: Rule = (_schema, value) => {
  const { mail, edge } = (value ?? {}) as {
    mail?: { mtaSts?: unknown };
    edge?: { certificate?: { kind?: unknown; root?: unknown } };
  };
  const { kind = "internal", root } = edge?.certificate ?? {};
  if (mail?.mtaSts !== "enforce" || (kind === "file" && root === undefined)) return [];
  return [
    'mail.mtaSts: got "enforce", with which nobody delivers mail to a server whose certificate no public authority gave; ' +
      "set edge.certificate to kind: file with such a certificate, without root, or leave it at testing",
  ];
};

/** The rules every stack file is checked by. */
export const baseRules: readonly Rule[] = [
  portsDiffer,
  filesExist,
  clusterIsUsed,
  listsHaveMail,
  enforcedIsTrusted,
  addressesDiffer,
];

/** A checked stack file, for the comparison with others. */
export interface CheckedFile {
  /** Its name, for messages. */
  readonly file: string;
  readonly config: { readonly host: { readonly address: string } };
}

/** Addresses that mean every address of the host. */
const everywhere = (address: string): boolean => ["0.0.0.0", "::"].includes(address);

function overlap(a: string, b: string): boolean {
  return a === b || ((everywhere(a) || everywhere(b)) && (a === "::" || b === "::" || isIP(a) === isIP(b)));
}

/**
 * Stack files that cannot run on one host together: the same port of the same address.
 *
 * @param files complete ones, defaults filled in
 * @returns a line a clash, beginning with the later file
 */
export function clashes(files: readonly CheckedFile[], sections: Sections): string[] {
  const schema = stackSchema(sections);
  const ports = files.map(({ config }) => marked(schema, config, "hostPort"));
  return files.flatMap((later, index) =>
    files.slice(0, index).flatMap((earlier, other) => {
      if (!overlap(later.config.host.address, earlier.config.host.address)) return [];
      return (ports[index] ?? []).flatMap(({ path, value }: Found) => {
        const taken = (ports[other] ?? []).find((found) => found.value === value);
        if (taken === undefined) return [];
        return [
          `${later.file}: ${dotted(path)}: the port ${show(value)} of ${later.config.host.address} is taken by ` +
            `${earlier.file} (${dotted(taken.path)}); give the stack an address of its own or another port`,
        ];
      });
    }),
  );
}
