import type { Probe } from "../../model/index.ts";
import type { DirectoryConfig } from "./config.ts";
import { suffix, systemDn } from "./slapd.ts";

/** Name of the secret with an everyday system's password, in the stack's outputs. */
export const systemSecret = (name: string): string => `directory-${name}`;

/**
 * What an everyday system would do: bind and look people up. Without an offer there is none: nobody outside reaches the
 * shadow directory, and the login's probe fails with it.
 */
export function directoryProbes({ offer }: DirectoryConfig, hostName: string): Probe[] {
  const [system] = offer?.systems ?? [];
  if (!offer || system === undefined) return [];
  return [
    {
      kind: "ldap",
      name: "directory-offer",
      service: "directory",
      title: { en: "Wi-Fi, print and VPN find people", da: "Wi-Fi, print og VPN kan slå brugere op" },
      url: `ldaps://${hostName}:${offer.port}`,
      bindDn: systemDn(system),
      passwordSecret: systemSecret(system),
      baseDn: `ou=people,${suffix}`,
      filter: "(objectClass=planbPerson)",
    },
  ];
}
