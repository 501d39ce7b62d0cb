import type { StackIdentity } from "../../config/index.ts";
import type { Probe } from "../../model/index.ts";

/** What a user finds at the start host without logging in. The login itself is the sso's to try. */
export function portalProbes(identity: StackIdentity): readonly Probe[] {
  return [
    {
      kind: "http",
      name: "portal-help",
      service: "portal",
      title: { en: "Help on how to log in", da: "Hjælp til at logge ind" },
      url: `${identity.origin("start")}/hjaelp?lang=da`,
      contains: "Sådan logger du ind",
    },
  ];
}
