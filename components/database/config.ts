import { z } from "zod";

/** The stack file's section `database`. */
export const databaseConfig = z
  .strictObject({
    memoryMiB: z
      .int()
      .min(128)
      .max(65536)
      .default(256)
      .describe("Memory limit in MiB; a quarter of it caches rows. Default: 256"),
    cpu: z.number().min(0.1).max(64).default(1).describe("Limit of processor cores. Default: 1"),
    sizeGiB: z
      .int()
      .min(1)
      .max(10240)
      .default(5)
      .describe("Size asked for the data in GiB (Docker does not limit it). Default: 5"),
    maxConnections: z
      .int()
      .min(10)
      .max(1000)
      .default(60)
      .describe("Connections at the same time, over all services. Default: 60"),
  })
  .prefault({})
  .describe("PostgreSQL, one a stack, for the services that keep rows");

/** The section, checked and complete. */
export type DatabaseConfig = z.infer<typeof databaseConfig>;
