import type { StackIdentity } from "../../config/index.ts";
import type { Probe } from "../../model/index.ts";
import { smokeAppPasswordSecret } from "../access/index.ts";
import type { Site } from "../edge/index.ts";
import { smokeAddress } from "../sso/index.ts";
import type { MailSettings } from "./config.ts";
import { autoconfigPath } from "./sites.ts";

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
  const account = smokeAddress(settings.domains[0] ?? "");
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
