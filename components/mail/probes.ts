import type { Probe } from "../../model/index.ts";
import { smokeAppPasswordSecret } from "../access/index.ts";
import { smokeUser } from "../sso/index.ts";
import type { MailSettings } from "./config.ts";

/** A letter from outside that is read here, and one sent by a mail program. */
export function mailProbes(settings: MailSettings, hostName: string, imapPort: number): readonly Probe[] {
  const account = `${smokeUser}@${settings.domains[0]}`;
  return [
    {
      kind: "mail",
      name: "mail-journey",
      service: "mail",
      title: {
        en: "Mail comes in from outside and is read; mail sent by a mail program arrives",
        da: "Mail kommer ind udefra og læses; mail sendt fra et mailprogram kommer frem",
      },
      url: `smtp://${hostName}:${settings.ports.smtp}`,
      submissionUrl: `smtps://${hostName}:${settings.ports.submissions}`,
      imapUrl: `imaps://${hostName}:${imapPort}`,
      username: account,
      passwordSecret: smokeAppPasswordSecret,
      timeoutMs: 30_000,
    },
  ];
}
