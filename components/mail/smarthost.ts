import { z } from "zod";
import { besideFile, dnsName, port } from "../../config/fields.ts";

/** The setting `mail.smarthost`: a server that takes all outgoing mail. */
export const smarthost = z
  .strictObject({
    host: dnsName().describe("Name of the server"),
    port: port().default(25).describe("Its port; 465: TLS from the first byte, else STARTTLS. Default: 25"),
    user: z
      .string()
      .regex(/^[!-9;-~]+$/, { error: "expected a login without spaces, colons and letters beyond a-z" })
      .optional()
      .describe(
        "Login there. Its password: pulumi config set --secret planb:smarthostPassword. Default: none, it takes mail from our address",
      ),
    caFile: besideFile()
      .optional()
      .describe("File beside this stack file with the authority of its certificate (PEM). Default: the public ones"),
  })
  .optional()
  .describe(
    "Server that takes all outgoing mail but that to `correspondents`, over TLS with a certificate for its name. Default: none, mail goes straight to each domain's own servers",
  );

/** The setting, checked. */
export type Smarthost = NonNullable<z.infer<typeof smarthost>>;

/** As Postfix writes it; square brackets: this server, not that of its MX record. */
const nextHop = ({ host, port: at }: Smarthost): string => `[${host}]:${at}`;

/** The lines of main.cf. Pure. */
export const smarthostSettings = (to: Smarthost | undefined): Readonly<Record<string, string>> =>
  to === undefined
    ? {}
    : {
        relayhost: nextHop(to),
        ...(to.port === 465 ? { smtp_tls_wrappermode: "yes" } : {}),
        ...(to.user === undefined
          ? {}
          : {
              smtp_sasl_auth_enable: "yes",
              smtp_sasl_password_maps: "texthash:/config/secrets/smarthost",
              smtp_sasl_security_options: "noplaintext, noanonymous",
              smtp_sasl_tls_security_options: "noanonymous",
              smtp_sasl_mechanism_filter: "plain, login",
            }),
      };

/** Where mail to correspondents goes straight to their own servers: a smarthost would send it on in its own way. */
export const straight = "straight";

/** The options of the delivery agent called {@link straight}: of what holds towards the smarthost nothing holds here. Pure. */
export const straightOptions: readonly string[] = [
  "smtp_tls_wrappermode=no",
  "smtp_sasl_auth_enable=no",
  "smtp_tls_CAfile=/etc/ssl/certs/ca-certificates.crt",
];

/** The login there as Postfix reads it; secret. Pure. */
export const smarthostLogin = (to: Smarthost, password: string): string => `${nextHop(to)} ${to.user}:${password}\n`;
