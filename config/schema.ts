import { z } from "zod";
import { modes } from "../model/index.ts";
import { displayText, dnsName, hostPort, ipAddress, registryPrefix } from "./fields.ts";

/** A section of the stack file, as a component of `components/` declares it. */
export interface Section<T extends z.ZodType = z.ZodType> {
  readonly schema: T;
}

/** Sections by their key in the stack file. */
export type Sections = Readonly<Record<string, z.ZodType>>;

/** The fields that every stack file has, whatever the services. */
export const baseFields = {
  municipality: displayText().describe('Name shown to people, e.g. "Ringsted Kommune"'),
  domain: dnsName().describe(
    'DNS domain the services get their names in, e.g. "planb.ringsted.dk" gives "start.planb.ringsted.dk"',
  ),
  mode: z
    .enum(modes)
    .default("active")
    .describe("What runs: `dormant` nothing (data, images and secrets are kept), `active` everything. Default: active"),
  platform: z
    .enum(["docker", "kubernetes"])
    .default("docker")
    .describe(
      "Where the workloads run; kubernetes is rendered and checked, and not run yet: the commands refuse it. Default: docker",
    ),
  kubernetes: z
    .strictObject({
      registry: registryPrefix()
        .optional()
        .describe(
          'Put before every image\'s name, e.g. "registry.ringsted.dk/planb-mirror"; the images of `planb images list` are ' +
            "copied there under their names. Default: none, the nodes hold them",
        ),
      storageClass: z
        .string()
        .regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, {
          error: 'expected the name of a storage class like "fast-ssd"',
        })
        .optional()
        .describe("Storage class of all volumes. It cannot be changed later. Default: the cluster's own default"),
    })
    .optional()
    .describe("What the cluster is like, for `platform: kubernetes`. Default: an ordinary one"),
  language: z
    .enum(["da", "en"])
    .default("da")
    .describe("Language of pages for those whose browser asks for neither. Default: da"),
  host: z
    .strictObject({
      address: ipAddress().describe(
        'Address of this host that ports are published on, the stack\'s own, e.g. "192.0.2.10"',
      ),
      httpPort: hostPort().default(80).describe("Port that redirects to HTTPS. Default: 80"),
      httpsPort: hostPort().default(443).describe("Port of all web pages. Default: 443"),
    })
    .describe("Where the stack is reached"),
};

/** The whole schema: base fields and the services' sections; closed, so an unknown key is an error. */
export function stackSchema<S extends Sections>(sections: S) {
  return z.strictObject({ ...baseFields, ...sections }).describe("A planb stack: one municipality");
}

/** A checked and complete stack file. */
export type StackConfig<S extends Sections = Record<never, never>> = z.infer<ReturnType<typeof stackSchema<S>>>;
