import { ImapFlow } from "imapflow";
import { Attribute, Change, type Client } from "ldapts";
import { createTransport, type SentMessageInfo } from "nodemailer";
import { expect } from "vitest";
import { type Authority, authority, derive, type Workload } from "../../../model/index.ts";
import { TestStack } from "../../../test/contract/engine.ts";
import { dovecotAccessSecret } from "../../access/dovecot.ts";
import { testAccess, testToken } from "../../access/testing.ts";
import { serviceDn, suffix } from "../../directory/slapd.ts";
import { asSteward, ownDirectory } from "../../directory/testing.ts";
import { mailboxConfig } from "../../mailbox/config.ts";
import { mailboxWorkload, secretsConf } from "../../mailbox/workloads.ts";
import { ssoConfig } from "../../sso/config.ts";
import { ldapFile, ldapTables } from "../conf/ldap.ts";
import type { ListRoute } from "../conf/postfix.ts";
import { type MailSettings, mailSettings } from "../config.ts";
import { domainTables, filterWorkload, type MailFiles, mailWorkload, programTable } from "../workloads.ts";

const master = "m".repeat(43);
/** A secret of the test's stack. */
export const secret = (label: string): string => derive(master, label);
const directoryPassword = (name: string): string => secret(`directory/${name}/1`);

/** Host ports of the test's servers. */
export const testPorts = {
  ...{ smtp: 17625, submissions: 17665, submission: 17687, imaps: 17693, sieve: 17694, directory: 17641 },
} as const;
/** Public name of the test's mail server. */
export const mailHost = "mail.test.localhost";

/** What another organisation's server looks like from here: Postfix that keeps all it gets on hold. */
export const outsideCf = `compatibility_level = 3.10
maillog_file = /dev/stdout
queue_directory = /data/spool
data_directory = /data/state
mail_owner = postfix
setgid_group = postdrop
myhostname = mx.outside.example
inet_protocols = ipv4
mynetworks =
mydestination =
relay_domains = outside.example, open.example, secure.example, encrypt.example, plain.example
relay_transport = smtp:[127.0.0.1]:9
# nothing leaves: it is held before
smtpd_relay_restrictions = reject_unauth_destination
smtpd_recipient_restrictions = check_recipient_access inline:{{gone@outside.example = 550 5.1.1 nobody}}, check_recipient_access static:HOLD, permit
smtpd_tls_security_level = may
smtpd_tls_cert_file = /config/tls/cert.pem
smtpd_tls_key_file = /config/tls/key.pem
`;
/** Its master.cf. */
export const outsideMaster = `25 inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
`;

/** A person of the test. */
export interface TestPerson {
  readonly guid: string;
  readonly uid: string;
  readonly mail: string;
  readonly password: string;
  readonly aliases?: readonly string[];
  readonly groups?: readonly string[];
}

/** A person of the test by number, from 1 to 9, and login. */
export const testPerson = (n: number, uid: string, more: Partial<TestPerson> = {}): TestPerson => ({
  guid: `00000000-0000-4000-8000-00000000000${n}`,
  uid,
  mail: `${uid}@kommune.example`,
  password: `hemmelig ${uid} æøå`,
  ...more,
});

/** Postfix and Rspamd beside the real directory, access service and mailboxes, and a server of strangers. */
export class MailWorld {
  readonly stack: TestStack;
  readonly #ports: Readonly<Record<keyof typeof testPorts, number>>;
  #ca: Authority | undefined;

  /** @param part names it and @param ports are its host ports, where two are at once. Default: the test's */
  constructor(part = "smtp", ports: Readonly<Record<keyof typeof testPorts, number>> = testPorts) {
    this.stack = new TestStack(part);
    this.#ports = ports;
  }

  /** The stack's root certificate. */
  get caPem(): string {
    return this.ca.caPem;
  }
  private get ca(): Authority {
    if (!this.#ca) throw new Error("start first");
    return this.#ca;
  }

  /** Removes all of it. */
  remove(): Promise<void> {
    return this.stack.remove();
  }

  /** Starts everything. `section` is the stack file's section `mail` without ports. @param lists where lists are run beside it */
  async start(section: Record<string, unknown>, lists?: ListRoute): Promise<void> {
    this.#ca = await authority(master, "ca/1", "Test");
    await this.stack.run(await ownDirectory(this.ca, directoryPassword, this.#ports.directory));
    const sso = ssoConfig.parse({ secondFactor: { requiredFor: [] } });
    await this.stack.run(await testAccess(this.ca, directoryPassword("access"), undefined, sso));
    await this.#startMailbox();
    await this.#startOutside();
    await this.startMail(section, {}, lists);
    await Promise.all(["directory", "access", "mailbox", "mail", "filter"].map((name) => this.stack.ready(name)));
  }

  /** Starts Postfix and Rspamd (anew) with a configuration. @param more of its files */
  async startMail(
    section: Record<string, unknown>,
    more: Partial<MailFiles> = {},
    lists?: ListRoute,
  ): Promise<MailSettings> {
    const { smtp, submissions, submission } = this.#ports;
    const settings = mailSettings.parse({ ports: { smtp, submissions, submission }, ...section });
    const [leaf, mailbox] = await Promise.all([this.leaf("mail", mailHost), this.leaf("mailbox")]);
    const accessToken = testToken("mail");
    const tables = Object.entries(ldapTables).map(([name, table]) => {
      const domains = domainTables.includes(name) ? settings.domains : [];
      return [name, ldapFile(table, directoryPassword("mail"), domains)] as const;
    });
    const programs = { mailbox: mailbox.certPem, ...(lists ? { lists: (await this.leaf("lists")).certPem } : {}) };
    await this.stack.run(filterWorkload(settings, [...settings.domains, ...(lists ? [lists.domain] : [])]));
    await this.stack.run(
      mailWorkload(
        {
          ...{ settings, hostName: mailHost, mailbox: { workload: "mailbox", port: 2424 } },
          ...(lists ? { lists } : {}),
        },
        {
          caPem: this.caPem,
          ...leaf,
          ldap: Object.fromEntries(tables),
          programs: programTable(programs),
          accessToken,
          authConf: dovecotAccessSecret("mail", accessToken),
          srsSecret: secret("mail/srs/1"),
          ...more,
        },
      ),
    );
    return settings;
  }

  leaf(name: string, ...names: string[]) {
    return this.ca.issue(`${name}/tls/1`, [name, ...names]);
  }

  async #startMailbox(): Promise<void> {
    const accessToken = testToken("mailbox");
    await this.stack.run(
      mailboxWorkload(
        mailboxConfig.parse({ imapPort: this.#ports.imaps, sievePort: this.#ports.sieve }),
        {
          hostName: mailHost,
          submission: "mail:2526",
          maxMessageMiB: 50,
          directory: { url: "ldaps://directory:1636", bindDn: serviceDn("mailbox"), suffix },
        },
        {
          caPem: this.caPem,
          ...(await this.leaf("mailbox", mailHost)),
          secretsConf: secretsConf({
            directoryPassword: directoryPassword("mailbox"),
            apiKey: secret("mailbox/api/1"),
            accessToken,
          }),
          accessToken,
        },
      ),
    );
  }

  async #startOutside(): Promise<void> {
    const stranger = await authority("x".repeat(43), "ca/1", "Stranger");
    const { certPem, keyPem } = await stranger.issue("a/1", ["mx.outside.example"]);
    const workload: Workload = {
      name: "outside",
      image: "postfix",
      files: {
        "postfix/main.cf": outsideCf,
        "postfix/master.cf": outsideMaster,
        "tls/cert.pem": certPem,
      },
      secretFiles: { "tls/key.pem": keyPem },
      publicNames: ["mx.outside.example", "outside.example", "open.example", "secure.example", "encrypt.example"],
      ready: { tcp: 25 },
      ...{ memoryMiB: 128, cpu: 1, user: 0, reachableFrom: ["mail"], writablePaths: ["/tmp"] },
      capabilities: ["CHOWN", "DAC_OVERRIDE", "KILL", "SETGID", "SETUID"],
      volumes: [{ name: "queue", path: "/data", sizeGiB: 1, backup: { none: "a test" } }],
      ports: [{ name: "smtp", port: 25 }],
    };
    await this.stack.run(workload, { entrypoint: ["bash", "-c", "mkdir -p /data/spool; exec postfix start-fg"] });
  }

  /** The messages the strangers' server has got, whole. @param name another server that keeps what it gets */
  async outside(name = "outside"): Promise<string[]> {
    const { stdout } = await this.stack.exec(name, [
      ...["bash", "-c", "for f in $(find /data/spool/hold -type f); do postcat $f; echo @@@; done"],
    ]);
    return stdout.split("@@@\n").filter((text) => text !== "");
  }

  /** Runs a job as the steward of the directory. */
  asSteward<T>(job: (client: Client) => Promise<T>): Promise<T> {
    return asSteward(this.caPem, this.#ports.directory, directoryPassword("steward"), job);
  }

  /** Writes a person into the directory, as the sync would, with the hash of a password. */
  addPerson({ guid, uid, mail, password, aliases = [], groups = [] }: TestPerson): Promise<void> {
    return this.asSteward((client) =>
      client.add(`planbGuid=${guid},ou=people,${suffix}`, {
        objectClass: ["inetOrgPerson", "planbPerson"],
        ...{ planbGuid: guid, uid, cn: uid, sn: uid, mail, planbState: "ok", userPassword: password },
        ...{ planbPasswordKnown: "TRUE" },
        ...(aliases.length > 0 ? { planbMailAlias: [...aliases] } : {}),
        ...(groups.length > 0 ? { planbMemberOf: [...groups] } : {}),
      }),
    );
  }

  /** Changes attributes of a person, as the sync would. */
  changePerson({ guid }: TestPerson, attributes: Readonly<Record<string, string>>): Promise<void> {
    const changes = Object.entries(attributes).map(
      ([type, value]) => new Change({ operation: "replace", modification: new Attribute({ type, values: [value] }) }),
    );
    return this.asSteward((client) => client.modify(`planbGuid=${guid},ou=people,${suffix}`, changes));
  }

  /** Letters of a person that hold a word, whole, and where they lie. */
  async letters({ mail, password }: TestPerson, word: string): Promise<{ folder: string; text: string }[]> {
    const client = new ImapFlow({
      ...{ host: "127.0.0.1", port: this.#ports.imaps, secure: true, logger: false },
      auth: { user: mail, pass: password },
      tls: { ca: this.caPem, servername: mailHost },
    });
    await client.connect();
    try {
      const found: { folder: string; text: string }[] = [];
      for (const folder of ["INBOX", "Junk"]) {
        if ((await client.mailboxOpen(folder)).exists === 0) continue;
        for await (const { source } of client.fetch("1:*", { source: true }))
          found.push({ folder, text: source?.toString("utf8") ?? "" });
      }
      return found.filter(({ text }) => text.includes(word));
    } finally {
      await client.logout();
    }
  }

  /** Waits for the one letter of a person that holds a word. */
  async arrives(person: TestPerson, word: string): Promise<{ folder: string; text: string }> {
    await expect.poll(() => this.letters(person, word), { timeout: 20_000, interval: 500 }).toHaveLength(1);
    return (await this.letters(person, word))[0] ?? { folder: "", text: "" };
  }

  /** Sends by a mail program: submission with a login. */
  submit(person: TestPerson, mail: Record<string, unknown>, login = person.mail): Promise<SentMessageInfo> {
    return this.transport(this.#ports.submissions, true, { user: login, pass: person.password }).sendMail(mail);
  }

  /** Sends as a stranger's server does. */
  receive(mail: Record<string, unknown>): Promise<SentMessageInfo> {
    return this.transport(this.#ports.smtp, false).sendMail(mail);
  }

  /** Sends as a program of the stack does, with its certificate; none: without. */
  async asProgram(name: string | undefined, mail: Record<string, unknown>): Promise<SentMessageInfo> {
    const { NetworkSettings } = await this.stack.inspect("mail");
    const leaf = name === undefined ? undefined : await this.leaf(name);
    return createTransport({
      host: Object.values(NetworkSettings.Networks)[0]?.IPAddress ?? "",
      port: 2526,
      requireTLS: true,
      name: name ?? "nobody",
      tls: { ca: this.caPem, servername: "mail", ...(leaf ? { cert: leaf.certPem, key: leaf.keyPem } : {}) },
    }).sendMail(mail);
  }

  transport(port: number, secure: boolean, auth?: { user: string; pass: string; type?: string }) {
    return createTransport({
      host: "127.0.0.1",
      port,
      secure,
      requireTLS: !secure,
      name: "client.outside.example",
      tls: { ca: this.caPem, servername: mailHost },
      ...(auth ? { auth: auth as never } : {}),
      logger: false,
    });
  }
}
