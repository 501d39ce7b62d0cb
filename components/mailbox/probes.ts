import type { Probe } from "../../model/index.ts";
import { smokeAppPasswordSecret } from "../access/index.ts";
import { smokeAddress } from "../sso/index.ts";

/** What a clerk's mail program does at its start. @param imapUrl `imaps://host:port` */
export function mailboxProbe(imapUrl: string, mailDomain: string): Probe {
  return {
    kind: "imap",
    name: "mailbox-login",
    service: "mailbox",
    title: { en: "A mail program logs in and opens the inbox", da: "Et mailprogram logger på og åbner indbakken" },
    url: imapUrl,
    username: smokeAddress(mailDomain),
    passwordSecret: smokeAppPasswordSecret,
  };
}
