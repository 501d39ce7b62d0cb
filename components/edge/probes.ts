import type { StackIdentity } from "../../config/index.ts";
import type { Probe } from "../../model/index.ts";

/** What a user finds at the gateway without logging in. */
export function edgeProbes(identity: StackIdentity): readonly Probe[] {
  return [
    {
      kind: "http",
      name: "edge-root-certificate",
      service: "edge",
      title: { en: "Gateway hands out the root certificate", da: "Porten udleverer rodcertifikatet" },
      url: `${identity.origin("start")}/root.crt`,
      contains: "BEGIN CERTIFICATE",
    },
  ];
}
