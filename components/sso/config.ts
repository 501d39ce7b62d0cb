import { z } from "zod";
import { memoryMiB } from "../../config/fields.ts";

/** Ways of proving oneself a second time. */
const methods = ["totp", "webauthn", "passkey", "recoveryCodes"] as const;

const groupId = z.string().regex(/^(g[0-9a-f]{12}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/, {
  error:
    'expected a group\'s objectGUID, e.g. "6f9619ff-8b86-d011-b42d-00c04fc964ff", or its short id, e.g. "g6f9619ff8b86"',
});

/** The section `sso` of the stack file. */
export const ssoConfig = z
  .strictObject({
    secondFactor: z
      .strictObject({
        requiredFor: z
          .union([z.literal("all"), z.array(groupId)])
          .default("all")
          .describe(
            "Who must have a second factor: `all`, or a list of groups by objectGUID (a rename does not matter). Who has one is always asked for it. Default: all",
          ),
        methods: z
          .array(z.enum(methods))
          .min(1)
          .refine((chosen) => chosen.includes("totp") || chosen.includes("webauthn"), {
            error: "expected totp or webauthn among them: people enrol with one of the two at their first login",
          })
          .default([...methods])
          .describe(
            "Second factors people may use: `totp` (code from an app), `webauthn` (security key), `passkey` (in place of the password too), `recoveryCodes` (printed). Default: all four",
          ),
      })
      .prefault({})
      .describe("The second factor"),
    lockout: z
      .strictObject({
        failures: z
          .int()
          .min(2)
          .max(50)
          .default(5)
          .describe("Wrong passwords after which an account waits; keep it below AD's own threshold. Default: 5"),
        minutes: z.int().min(1).max(1440).default(5).describe("Minutes it waits the first time. Default: 5"),
      })
      .prefault({})
      .describe("Slows down guessing, before AD would lock the account"),
    session: z
      .strictObject({
        idleMinutes: z
          .int()
          .min(5)
          .max(1440)
          .default(60)
          .describe("Minutes without use after which one logs in again. Default: 60"),
        maxHours: z
          .int()
          .min(1)
          .max(24)
          .default(10)
          .describe("Hours after which one logs in again anyhow. Default: 10"),
      })
      .prefault({})
      .describe("How long a login lasts"),
    eventDays: z
      .int()
      .min(1)
      .max(730)
      .default(90)
      .describe("Days the log of logins and of administration is kept. Default: 90"),
    breakGlass: z
      .string()
      .regex(/^[a-z][a-z0-9-]{2,30}$/, { error: 'expected 3 to 31 characters of a-z, 0-9 and "-"' })
      .default("break-glass")
      .describe("User name of the local administrator, see components/sso/README.md. Default: break-glass"),
    heapMiB: z
      .int()
      .min(96)
      .max(8192)
      .default(128)
      .describe("Java heap in MiB. Default: 128, proved with 3,000 people"),
    memoryMiB: memoryMiB(480),
  })
  .prefault({})
  .describe("The login: Keycloak");

/** The checked section `sso`. */
export type SsoConfig = z.infer<typeof ssoConfig>;
