import type { StackIdentity } from "../../config/index.ts";
import type { Probe } from "../../model/index.ts";
import { smokeAppPasswordSecret } from "../access/index.ts";
import type { Site } from "../edge/index.ts";
import { smokeAddress } from "../sso/index.ts";
import { mailPorts } from "./conf/postfix.ts";
import type { MailSettings } from "./config.ts";
import { autoconfigPath } from "./sites.ts";
import { mailName } from "./workloads.ts";

/** A letter in and one out, again and again by the steward: rarely, for each passes the filter and is written. */
export function mailInside(settings: MailSettings, imapUrl: string): Probe {
  const inside = {
    url: `smtp://${mailName}:${mailPorts.smtp}`,
    submissionUrl: `smtps://${mailName}:${mailPorts.submissions}`,
    imapUrl,
  };
  return { ...mailJourney(settings, inside), everySeconds: 300 };
}

function mailJourney(
  settings: MailSettings,
  where: { readonly url: string; readonly submissionUrl: string; readonly imapUrl: string },
): Probe {
  return {
    ...where,
    kind: "mail",
    name: "mail-journey",
    service: "mail",
    title: {
      en: "Mail comes in from outside and is read; mail sent by a mail program arrives",
      da: "Mail kommer ind udefra og læses; mail sendt fra et mailprogram kommer frem",
    },
    username: smokeAddress(settings.domains[0] ?? ""),
    passwordSecret: smokeAppPasswordSecret,
    timeoutMs: 30_000,
  };
}

/** A letter from outside that is read here, one sent by a mail program, and what programs ask to be set up. */
export function mailProbes(
  identity: StackIdentity,
  settings: MailSettings,
  imapPort: number,
  sites: readonly Site[],
): readonly Probe[] {
  const hostName = identity.hostName("mail");
  const port = identity.httpsPort === 443 ? "" : `:${identity.httpsPort}`;
  const setup = sites.find(({ pages }) => autoconfigPath in pages);
  return [
    mailJourney(settings, {
      url: `smtp://${hostName}:${settings.ports.smtp}`,
      submissionUrl: `smtps://${hostName}:${settings.ports.submissions}`,
      imapUrl: `imaps://${hostName}:${imapPort}`,
    }),
    ...(setup
      ? [
          {
            kind: "http" as const,
            name: "mail-setup",
            service: "mail",
            title: { en: "Mail programs are told how to set themselves up", da: "Mailprogrammer får deres opsætning" },
            url: `https://${setup.hostName}${port}${autoconfigPath}`,
            contains: "<clientConfig",
          },
        ]
      : []),
  ];
}
