import type { StackIdentity } from "../../config/index.ts";
import type { Probe } from "../../model/index.ts";
import { smokeAppPasswordSecret } from "../access/index.ts";
import { smokeUser } from "../sso/index.ts";
import { filesHost } from "./workloads.ts";

/** What a user finds at the files' host. */
export function filesProbes(identity: StackIdentity): readonly Probe[] {
  return [
    {
      kind: "http",
      name: "files-links",
      service: "files",
      title: { en: "Links to files", da: "Links til filer" },
      url: `${identity.origin(filesHost)}/d/0?lang=da`,
      status: 404,
      contains: "Linket virker ikke",
    },
    {
      kind: "files",
      name: "files-webdav",
      service: "files",
      title: { en: "A file stored, shared and fetched", da: "En fil gemt, delt og hentet" },
      url: `${identity.origin(filesHost)}/dav/mine`,
      username: smokeUser,
      passwordSecret: smokeAppPasswordSecret,
    },
  ];
}
