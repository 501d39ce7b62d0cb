import type { Probe } from "../../model/index.ts";
import { smokeAppPasswordSecret } from "../access/index.ts";
import type { PortalService } from "../portal/index.ts";
import { probeList } from "./config.ts";

/** As whom and how probes write to a list. */
export interface ListProber {
  /** Mail address of the account, the only member of the list for probes. */
  readonly address: string;
  /** Where mail programs send: `smtps://host:port`. */
  readonly submissionUrl: string;
  /** Where they read: `imaps://host:port`. */
  readonly imapUrl: string;
}

/**
 * What a user finds at the lists' host, where the login stands in front of everything but the style sheet; and a letter
 * to the list for probes.
 */
export function listsProbes(url: string, domain: string, prober: ListProber): readonly Probe[] {
  return [
    {
      kind: "http",
      name: "lists-page",
      service: "lists",
      title: { en: "The lists' pages answer", da: "Listernes sider svarer" },
      url: `${url}/stil.css`,
      contains: ".letter",
    },
    {
      kind: "list",
      name: "lists-journey",
      service: "lists",
      title: {
        en: "A letter to a list comes to its members",
        da: "En mail til en liste når frem til medlemmerne",
      },
      url: prober.submissionUrl,
      imapUrl: prober.imapUrl,
      list: `${probeList}@${domain}`,
      username: prober.address,
      passwordSecret: smokeAppPasswordSecret,
      timeoutMs: 30_000,
    },
  ];
}

/** The lists as the start page shows them. */
export const listsPortal = (url: string): PortalService => ({
  service: "lists",
  title: { da: "Mailinglister", en: "Mailing lists" },
  about: {
    da: "Skriv til mange på én gang, tilmeld dig, og læs det, der er sendt.",
    en: "Write to many at once, join, and read what was sent.",
  },
  url: `${url}/`,
});
