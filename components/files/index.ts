import * as pulumi from "@pulumi/pulumi";
import { identityKey } from "../../model/identity-headers.ts";
import type { Service } from "../../model/index.ts";
import type { Running } from "../../platform/platform.ts";
import type { PortalService } from "../../portal/settings.ts";
import type { ServiceArgs } from "../args.ts";
import type { Directory } from "../directory/index.ts";
import { identityKeyLabel } from "../edge/index.ts";
import type { FilesConfig } from "./config.ts";
import { filesProbes } from "./probes.ts";
import { filesHost, filesName, filesRoute, filesWorkload } from "./workloads.ts";

export { type FilesConfig, filesConfig } from "./config.ts";

/** Arguments of {@link Files}. */
export interface FilesArgs extends ServiceArgs<FilesConfig> {
  readonly directory: Directory;
}

/** Personal folders, folders of groups, links for those without a login, WebDAV. */
export class Files extends pulumi.ComponentResource implements Service {
  readonly service = "files";
  readonly url: string;
  readonly probes;
  /** For edge. */
  readonly route = filesRoute;
  /** The server, to name in `after`. */
  readonly running: Running;
  /** How the start page lists it. */
  readonly portalService: PortalService;

  constructor(name: string, args: FilesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("planb:service:Files", name, {}, opts);
    const { identity, config, secrets, directory, platform } = args;
    const workload = filesWorkload({
      identity,
      config,
      caPem: secrets.caPem,
      ...secrets.certificate("files/tls/1", [filesName]),
      identityKey: secrets.derive(identityKeyLabel).apply(identityKey),
      directoryPassword: directory.password("reader"),
      cookieSecret: secrets.derive("files/cookies/1"),
    });
    this.url = identity.origin(filesHost);
    this.probes = filesProbes(identity);
    this.portalService = listed(this.url);
    this.running = platform.run(workload, { parent: this, service: this.service, after: [directory.running] });
    this.registerOutputs({ url: this.url, probes: this.probes });
  }
}

/** As the start page lists the files, with what a program needs to be told. */
const listed = (url: string): PortalService => ({
  service: "files",
  title: { da: "Filer", en: "Files" },
  about: {
    da: "Dine egne filer og dine gruppers. Del med et link, også med borgere.",
    en: "Your own files and your groups'. Share by a link, with citizens too.",
  },
  url,
  settings: [{ kind: "webdav", url: `${url}/dav/` }],
});
