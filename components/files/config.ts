import { z } from "zod";
import { displayText, memoryMiB } from "../../config/fields.ts";

const gib = (fallback: number, whose: string) =>
  z.number().positive().max(100_000).default(fallback).describe(`Room of ${whose} in GiB. Default: ${fallback}`);
const days = (fallback: number, most: number, what: string) =>
  z.int().min(1).max(most).default(fallback).describe(`${what} Default: ${fallback}`);

/** The section `files` of the stack file; absent: switched off, what is stored stays. */
export const filesConfig = z
  .strictObject({
    groups: z
      .array(displayText())
      .max(500)
      .default([])
      .describe("Groups that get a folder of their own, by their names in AD. Default: none"),
    quotaGiB: z
      .strictObject({ person: gib(10, "each person"), group: gib(100, "each group") })
      .prefault({})
      .describe("How much there may be; trash and earlier versions may take as much again"),
    shares: z
      .strictObject({
        allowed: z
          .boolean()
          .default(true)
          .describe("Whether links for people without a login may be made. Default: true"),
        maxDays: days(90, 3650, "Longest life of a link in days."),
        defaultDays: days(14, 3650, "Life of a link in days, unless its maker says otherwise."),
        passwordRequired: z.boolean().default(false).describe("Whether every link needs a password. Default: false"),
        handIn: z.boolean().default(true).describe("Whether links may take files in from citizens. Default: true"),
        handInMaxMiB: z
          .int()
          .min(1)
          .max(100_000)
          .default(500)
          .describe("Largest file handed in through a link, in MiB. Default: 500"),
      })
      .refine((shares) => shares.defaultDays <= shares.maxDays, {
        path: ["defaultDays"],
        error: "must not be more than maxDays",
      })
      .prefault({})
      .describe("Links"),
    trashDays: days(30, 3650, "Days that deleted files and earlier versions are kept."),
    keepDays: days(180, 3650, "Days that the folder of a person who has left is kept."),
    sizeGiB: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(500)
      .describe("Size of the volume in GiB (a request on Kubernetes). Default: 500"),
    memoryMiB: memoryMiB(192),
  })
  .describe("Personal folders, folders of groups, links and WebDAV");

/** The checked section `files`. */
export type FilesConfig = z.infer<typeof filesConfig>;
