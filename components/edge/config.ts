import { z } from "zod";
import { besideFile, memoryMiB } from "../../config/fields.ts";

const root = besideFile()
  .optional()
  .describe(
    "File with the root certificates (PEM) that it stands on, beside the stack file, where no public authority gave it: the " +
      "services must trust it too. Default: the public ones",
  );

const certificate = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("internal") }).describe("From the stack's own authority; PCs must trust its root"),
    z
      .strictObject({
        kind: z.literal("file"),
        chain: besideFile().describe(
          "File with the certificate and its chain (PEM), beside the stack file. Its key is the secret `planb:edgeKey`",
        ),
        root,
      })
      .describe("The municipality's own certificate, valid for every public host name"),
    z
      .strictObject({
        kind: z.literal("acme"),
        directory: z
          .url({ protocol: /^https$/, error: "expected an https:// address" })
          .default("https://acme-v02.api.letsencrypt.org/directory")
          .describe("The authority's ACME directory. Default: Let's Encrypt"),
        contact: z.email({ error: "expected a mail address" }).describe("Mail address the authority may write to"),
        agreeTerms: z
          .literal(true, { error: "expected true: without agreeing, the authority gives no certificate" })
          .describe("The authority's terms of service were read and agreed to"),
        root,
      })
      .describe("Fetched and renewed over ACME; the ports must be 80 and 443 on the Internet"),
  ])
  .default({ kind: "internal" })
  .describe("Where the public certificate comes from. Default: the stack's own authority");

/** The section `edge` of the stack file. */
export const edgeConfig = z
  .strictObject({
    certificate,
    hstsDays: z
      .int()
      .min(0)
      .max(730)
      .default(365)
      .describe("Days a browser remembers to come by HTTPS only; 0 switches it off. Default: 365"),
    adminFrom: z
      .array(z.union([z.cidrv4(), z.cidrv6(), z.ipv4(), z.ipv6()], { error: 'expected an address like "10.1.0.0/16"' }))
      .default([])
      .describe("Addresses that may open Keycloak's administration console at the login host. Default: none"),
    sessionHours: z
      .int()
      .min(1)
      .max(24)
      .default(10)
      .describe("Hours after which a login ends, however busy. Default: 10"),
    idleMinutes: z
      .int()
      .min(5)
      .max(1440)
      .default(60)
      .describe("Minutes without a click after which a login ends. Default: 60"),
    memoryMiB: memoryMiB(128),
  })
  .prefault({})
  .describe("The gateway: TLS, host names, the login in front of the services");

/** The checked section `edge`. */
export type EdgeConfig = z.infer<typeof edgeConfig>;
