import { z } from "zod";
import type { Probe } from "../model/probe.ts";

/** What the steward reads from `/config/status.json`: what it watches, and how often. */
export const statusConfigSchema = z.strictObject({
  stack: z.string().describe("Name of the stack."),
  municipality: z.string().describe("Name of the municipality."),
  services: z.array(z.string()).default([]).describe("Services shown, in this order, also those without a probe."),
  probes: z
    .array(z.custom<Probe>((value) => typeof value === "object" && value !== null && "kind" in value))
    .default([])
    .describe("What a user could do, tried again and again."),
  secretFiles: z
    .record(z.string(), z.string())
    .default({})
    .describe("Files with the secrets that the probes name, by the secret's name."),
  everySeconds: z.number().int().min(5).default(60).describe("Pause between two rounds of probes."),
  realmEverySeconds: z.number().int().min(30).default(600).describe("Pause between two looks at the realm."),
  smoke: z
    .strictObject({
      uid: z.string(),
      displayName: z.string(),
      passwordFile: z.string(),
      mail: z.string().optional().describe("Its mail address. Default: none."),
      appPasswordFile: z.string().optional().describe("Its app password for mail, calendar and files. Default: none."),
    })
    .optional()
    .describe("The account that the probes use. Default: none is made."),
});

/** The steward's watch list, complete. */
export type StatusConfig = z.infer<typeof statusConfigSchema>;

/** The watch list as the component writes it. */
export type StatusConfigInput = z.input<typeof statusConfigSchema>;
