import { z } from "zod";

/** Programs that may ask; each proves itself with a bearer token of its own. */
export const accessClients = ["edge", "mail", "mailbox", "portal", "sso"] as const;
/** A program that may ask. */
export type AccessClient = (typeof accessClients)[number];
/** One value for each program that may ask. @param of gives it by the program's name */
export const perClient = <T>(of: (client: AccessClient) => T): Record<AccessClient, T> =>
  Object.fromEntries(accessClients.map((client) => [client, of(client)])) as Record<AccessClient, T>;

/** What the program reads from `/config/access.json`; `components/access` writes it. */
export const accessSettings = z.strictObject({
  directory: z.strictObject({
    url: z.string().describe("LDAPS address of the shadow directory"),
    bindDn: z.string().describe("Account that looks people up and writes app passwords"),
    suffix: z.string().describe("Base of the shadow directory"),
  }),
  secondFactor: z
    .strictObject({ requiredFor: z.union([z.literal("all"), z.array(z.string())]) })
    .describe("Who must use app passwords: all, or the short ids of groups; as the login has it"),
  guessing: z
    .strictObject({
      failures: z.int().min(1).describe("Wrong passwords of one person within `minutes`, after which they wait"),
      addressFailures: z.int().min(1).describe("Wrong passwords from one address within `minutes`"),
      minutes: z.int().min(1).describe("Minutes they wait the first time; doubled each time within a day"),
    })
    .describe("The limiter of guesses, one for all protocols"),
  tokens: z.strictObject({
    issuer: z.string().describe("Issuer of the realm, the public address"),
    jwksUrl: z.string().describe("Where the realm's public keys are, inside the stack"),
    clients: z.array(z.string()).describe("OpenID clients whose access tokens are taken (claim azp)"),
  }),
});

/** The settings, checked. */
export type AccessSettings = z.infer<typeof accessSettings>;
