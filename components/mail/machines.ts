import { z } from "zod";
import { displayText, hostPort } from "../../config/fields.ts";

const sender = z.strictObject({
  name: displayText().describe('What it is, e.g. "Scannere"'),
  networks: z
    .array(z.union([z.cidrv4(), z.ipv4()], { error: 'expected an IPv4 address or network like "10.20.0.0/24"' }))
    .min(1)
    .max(100)
    .describe("Where it sends from"),
  from: z
    .array(z.email({ error: "expected a mail address" }).transform((value) => value.toLowerCase()))
    .min(1)
    .max(100)
    .describe("Addresses it sends as; nobody needs to read them"),
});

/** The setting `mail.machines`: printers and line-of-business systems that send without a login. */
export const machines = z
  .strictObject({
    port: hostPort().default(2525).describe("Port for them on the stack's address. Default: 2525"),
    senders: z.array(sender).min(1).max(200).describe("Who they are"),
  })
  .optional()
  .describe(
    "Printers and systems that send mail without a login, on a port of their own: only from these networks and as these addresses. Default: none",
  );

/** The setting, checked. */
export type Machines = NonNullable<z.infer<typeof machines>>;

const className = (index: number) => `machine_${index}`;
const file = (name: string) => `/config/postfix/${name}`;
/** Written at the start by the image: where Docker's own addresses are, behind which anybody may be. */
const hiddenNetworks = "/run/auth/hidden-networks";

/** A restriction class each, which says what it may send as: lines of main.cf. Pure. */
export const machineClasses = (all: Machines | undefined): Readonly<Record<string, string>> =>
  Object.fromEntries(
    (all?.senders ?? []).map((_, i) => [className(i), `check_sender_access texthash:${file(`machine-${i}-from`)}`]),
  );

/** Options of the machines' own port. Who is not declared gets no further than being told so. Pure. */
export const machineOptions = ({ senders }: Machines): readonly string[] => [
  "syslog_name=postfix/machines",
  "smtpd_tls_security_level=may",
  // Where Docker hides who connects, a stranger would come from an address of its networks.
  `smtpd_client_restrictions=check_client_access,cidr:${hiddenNetworks},check_client_access,cidr:${file("machines")},reject`,
  `smtpd_sender_restrictions=${senders.map((_, i) => `check_client_access,cidr:${file(`machine-${i}`)},`).join("")}reject`,
  `smtpd_relay_restrictions=check_client_access,cidr:${file("machines")},reject`,
  "smtpd_recipient_restrictions=reject_non_fqdn_recipient,reject_unlisted_recipient",
  // So the filter signs it, holds From against the envelope's sender, and does not count it against a person.
  "milter_macro_defaults=auth_type=EXTERNAL,auth_authen=machine",
];

/** Their tables beside main.cf, by file name. Pure. */
export function machineTables(all: Machines | undefined): Readonly<Record<string, string>> {
  if (all === undefined) return {};
  const table = (keys: readonly string[], value: string) => keys.map((key) => `${key} ${value}\n`).join("");
  return {
    machines: table([...new Set(all.senders.flatMap(({ networks }) => networks))], "OK"),
    ...Object.fromEntries(
      all.senders.flatMap(({ name, networks, from }, i) => [
        [`machine-${i}`, `# ${name}\n${table(networks, className(i))}`],
        [`machine-${i}-from`, table(from, "OK")],
      ]),
    ),
  };
}
