import { z } from "zod";
import type { BookablesInput } from "../../steward/directory/config.ts";
import { distinguishedName } from "../directory/config.ts";

/**
 * Exchange's marks of a mailbox, `msExchRecipientDisplayType`: of one in Exchange itself, and of one in Exchange Online that
 * Entra Connect knows of (Synced...). An AD without Exchange's schema has nobody who bears one.
 */
const exchangeMarks = { rooms: [7, -2147481850], equipment: [8, -2147481594] } as const;

const marked = (kind: keyof typeof exchangeMarks) =>
  `(|${exchangeMarks[kind].map((value) => `(msExchRecipientDisplayType=${value})`).join("")})`;

const accounts = (what: string, group: string) =>
  z.strictObject({
    baseDns: z
      .array(distinguishedName())
      .max(20)
      .default([])
      .describe(`Where the accounts of ${what} are; all below is read. Default: where people are`),
    filter: z
      .string()
      .startsWith("(")
      .optional()
      .describe(
        `LDAP filter they must match, e.g. "(memberOf=CN=${group},OU=Grupper,DC=ringsted,DC=lan)". Default: with \`baseDns\` all accounts below, without what Exchange marks as ${what}`,
      ),
  });

/** The setting `booking.fromDirectory`. */
export const fromDirectory = z
  .strictObject({
    rooms: accounts("rooms", "Lokaler").optional().describe("Rooms; `{}`: those that Exchange marks. Default: none"),
    equipment: accounts("equipment", "Udstyr")
      .optional()
      .describe("Equipment; `{}`: what Exchange marks as such. Default: none"),
  })
  .refine(({ rooms, equipment }) => rooms !== undefined || equipment !== undefined, {
    error: "expected `rooms`, `equipment` or both; leave `fromDirectory` out to read neither",
  })
  .describe(
    "Rooms and equipment that the existing directory has accounts for, besides those declared here: everybody books them, one at a time, at any hour. Their accounts are nobody's: no login, no mailbox, not counted. Default: none are read",
  );

type FromDirectory = z.infer<typeof fromDirectory>;

/** Content of the steward's `/config/bookables.json`. */
export function bookablesJson(from: FromDirectory): string {
  const of = (kind: keyof typeof exchangeMarks) => {
    const wanted = from[kind];
    if (!wanted) return {};
    const filter = wanted.filter ?? (wanted.baseDns.length > 0 ? "(objectClass=*)" : marked(kind));
    return { [kind]: { baseDns: [...wanted.baseDns], filter } };
  };
  const settings: BookablesInput = { ...of("rooms"), ...of("equipment") };
  return `${JSON.stringify(settings, undefined, 2)}\n`;
}
