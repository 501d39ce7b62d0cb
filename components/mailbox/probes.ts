import type { Probe } from "../../model/index.ts";
import { smokeAppPasswordSecret } from "../access/index.ts";
import { smokeAddress } from "../sso/index.ts";
import type { MailboxConfig } from "./config.ts";

/** What a clerk's mail program does at its start. */
export function mailboxProbes(config: MailboxConfig, hostName: string, mailDomain: string): readonly Probe[] {
  return [
    {
      kind: "imap",
      name: "mailbox-login",
      service: "mailbox",
      title: { en: "A mail program logs in and opens the inbox", da: "Et mailprogram logger på og åbner indbakken" },
      url: `imaps://${hostName}:${config.imapPort}`,
      username: smokeAddress(mailDomain),
      passwordSecret: smokeAppPasswordSecret,
    },
  ];
}
