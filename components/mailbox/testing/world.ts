import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ImapFlow } from "imapflow";
import type { Client } from "ldapts";
import { createTransport, type SentMessageInfo } from "nodemailer";
import { authority, derive, type Workload } from "../../../model/index.ts";
import { openShadow, type Shadow } from "../../../steward/directory/index.ts";
import { type MailboxDuty, mailboxDutySchema } from "../../../steward/mailbox/index.ts";
import { TestStack } from "../../../test/contract/engine.ts";
import { serviceDn, suffix } from "../../directory/slapd.ts";
import { asSteward, ownDirectory } from "../../directory/testing.ts";
import { type MailboxConfig, mailboxConfig } from "../config.ts";
import { mailboxWorkload, secretsConf } from "../workloads.ts";

const master = "m".repeat(43);
const directoryPort = 17637;
const apiPort = 17943;
const secret = (label: string): string => derive(master, label);
const directoryPassword = (name: string): string => secret(`directory/${name}/1`);

/** A person of the test, known to the directory and to the access service. */
export interface TestPerson {
  readonly guid: string;
  readonly logins: readonly string[];
  readonly mail: string;
  readonly password: string;
  readonly accessToken: string;
  readonly aliases?: readonly string[];
  readonly groups?: readonly string[];
  readonly closed?: boolean;
}

/** Dovecot beside a real shadow directory, with the access service's answers from a table. */
export class MailboxWorld {
  readonly stack = new TestStack("mailbox");
  readonly #folder = mkdtempSync(join(tmpdir(), "planb-test-mailbox-"));
  #caPem = "";

  /** Starts directory, access and mailbox. */
  async start(config: Partial<MailboxConfig>, people: readonly TestPerson[]): Promise<void> {
    const ca = await authority(master, "ca/1", "Test");
    this.#caPem = ca.caPem;
    await this.stack.run(await ownDirectory(ca, directoryPassword, directoryPort));
    await this.startAccess(people);
    await this.startMailbox(config);
    await this.stack.ready("directory");
  }

  /** Starts the access service's stand-in anew with these people. */
  async startAccess(people: readonly TestPerson[]): Promise<void> {
    const ca = await authority(master, "ca/1", "Test");
    const leaf = await ca.issue("access/tls/1", ["access"]);
    const workload: Workload = {
      name: "access",
      image: "node",
      files: {
        "people.json": JSON.stringify(people),
        "server.mjs": readFileSync(join(import.meta.dirname, "access.mjs"), "utf8"),
        "tls/cert.pem": leaf.certPem,
      },
      secretFiles: { "tls/key.pem": leaf.keyPem, "secrets/token": secret("access/mailbox/1") },
      ready: { tcp: 8443 },
      ...{ memoryMiB: 96, cpu: 1, user: 1008, reachableFrom: ["mailbox"] },
    };
    await this.stack.run(workload, { entrypoint: ["node", "/config/server.mjs"] });
    await this.stack.ready("access");
  }

  /** Starts Dovecot (anew) with a configuration, as the program would. */
  async startMailbox(config: Partial<MailboxConfig>): Promise<void> {
    const ca = await authority(master, "ca/1", "Test");
    const accessToken = secret("access/mailbox/1");
    const workload = mailboxWorkload(
      { ...mailboxConfig.parse({ imapPort: 17993, sievePort: 17190 }), ...config },
      {
        hostName: "mail.test.localhost",
        submission: "mail:2526",
        maxMessageMiB: 50,
        directory: { url: "ldaps://directory:1636", bindDn: serviceDn("mailbox"), suffix },
      },
      {
        caPem: ca.caPem,
        ...(await ca.issue("mailbox/tls/1", ["mailbox", "mail.test.localhost", "localhost"])),
        secretsConf: secretsConf({
          directoryPassword: directoryPassword("mailbox"),
          apiKey: this.apiKey,
          accessToken,
        }),
        accessToken,
      },
    );
    // For the steward, which is this process here.
    const ports = workload.ports?.map((port) => (port.name === "api" ? { ...port, hostPort: apiPort } : port)) ?? [];
    await this.stack.run({ ...workload, ports });
    await this.stack.ready("mailbox");
  }

  /** Key of the doveadm API. */
  readonly apiKey = secret("mailbox/api/1");
  get caPem(): string {
    return this.#caPem;
  }

  /** Removes all of it. */
  async remove(): Promise<void> {
    rmSync(this.#folder, { recursive: true, force: true });
    await this.stack.remove();
  }

  /** Address of the mailbox's container, for ports that are not published. */
  async address(): Promise<string> {
    const { NetworkSettings } = await this.stack.inspect("mailbox");
    return (
      NetworkSettings.Networks["planb-test-mailbox-mailbox"]?.IPAddress ??
      Object.values(NetworkSettings.Networks)[0]?.IPAddress ??
      ""
    );
  }

  /** Runs a job as the steward of the directory. */
  asSteward<T>(job: (client: Client) => Promise<T>): Promise<T> {
    return asSteward(this.#caPem, directoryPort, directoryPassword("steward"), job);
  }

  /** Writes a group into the directory, as the sync would. */
  addGroup(id: string, displayName: string): Promise<void> {
    return this.asSteward((client) =>
      client.add(`cn=${id},ou=groups,${suffix}`, { objectClass: "planbGroup", cn: id, planbGuid: id, displayName }),
    );
  }

  /** A file of the test with this content. */
  file(name: string, content: string): string {
    const path = join(this.#folder, name);
    writeFileSync(path, content);
    return path;
  }

  /** The steward's settings for the mailboxes, for a steward on this host. */
  duty(): MailboxDuty {
    return mailboxDutySchema.parse({
      url: `https://localhost:${apiPort}/doveadm/v1`,
      caFile: this.file("ca.pem", this.#caPem),
      keyFile: this.file("key", this.apiKey),
    });
  }

  /** Runs a job with the steward's own connection to the directory. */
  async withShadow<T>(job: (shadow: Shadow) => Promise<T>): Promise<T> {
    const shadow = await openShadow({
      shadow: {
        url: `ldaps://localhost:${directoryPort}`,
        caFile: this.file("ca.pem", this.#caPem),
        baseDn: suffix,
        bindDn: serviceDn("steward"),
        bindPasswordFile: this.file("steward", directoryPassword("steward")),
      },
    });
    try {
      return await job(shadow);
    } finally {
      await shadow.close();
    }
  }

  /** Writes a person into the directory, as the sync would. */
  addPerson({ guid, logins, mail, aliases = [], groups = [] }: TestPerson): Promise<void> {
    const uid = logins[0] ?? guid;
    return this.asSteward((client) =>
      client.add(`planbGuid=${guid},ou=people,${suffix}`, {
        objectClass: ["inetOrgPerson", "planbPerson"],
        ...{ planbGuid: guid, uid, cn: uid, sn: uid, mail, planbState: "ok" },
        ...(aliases.length > 0 ? { planbMailAlias: [...aliases] } : {}),
        ...(groups.length > 0 ? { planbMemberOf: [...groups] } : {}),
      }),
    );
  }

  /** An IMAP client, verified against the stack's authority, not logged in yet. */
  imap(auth: { user: string; pass?: string; accessToken?: string }): ImapFlow {
    return new ImapFlow({
      host: "127.0.0.1",
      port: 17993,
      secure: true,
      servername: "mail.test.localhost",
      tls: { ca: [this.#caPem] },
      auth,
      logger: false,
    } as ConstructorParameters<typeof ImapFlow>[0]);
  }

  /** Logs in, runs a job, logs out. */
  async asUser<T>(auth: Parameters<MailboxWorld["imap"]>[0], job: (client: ImapFlow) => Promise<T>): Promise<T> {
    const client = this.imap(auth);
    client.on("error", () => undefined);
    await client.connect();
    try {
      return await job(client);
    } finally {
      await client.logout().catch(() => undefined);
    }
  }

  /** Delivers a message over LMTP, as Postfix does. @throws with the server's answer when it is refused */
  async deliver(
    to: string,
    message: { subject: string; text?: string; headers?: Record<string, string> },
  ): Promise<void> {
    const transport = createTransport({
      lmtp: true,
      host: await this.address(),
      port: 2424,
      secure: true,
      tls: { ca: [this.#caPem], servername: "mailbox" },
    } as Parameters<typeof createTransport>[0]);
    try {
      const sent: SentMessageInfo = await transport.sendMail({
        from: "Afsender <afsender@udenfor.example>",
        to,
        text: message.text ?? "Hej",
        subject: message.subject,
        ...(message.headers ? { headers: message.headers } : {}),
      });
      // LMTP answers for each recipient after the letter.
      for (const refused of sent.rejectedErrors ?? []) throw refused;
    } finally {
      transport.close();
    }
  }
}
