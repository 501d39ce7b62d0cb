import { ImapFlow } from "imapflow";
import { createTransport, type SendMailOptions, type SentMessageInfo } from "nodemailer";
import { submit } from "../../../components/sso/testing/pages.ts";
import type { MailProbe } from "../../../model/probe.ts";
import type { Clerk } from "./clerk.ts";
import { eventually, type RunningStack } from "./demo.ts";

/** A letter as a mail program shows it. */
export interface Letter {
  readonly folder: string;
  readonly uid: number;
  /** All of it, header and body as they came. */
  readonly text: string;
}

/** The stack's mail servers, by the names and ports that its own probe uses. */
export function mailServers(stack: RunningStack) {
  const probe = stack.outputs.probes.find((each): each is MailProbe => each.kind === "mail");
  if (probe === undefined) throw new Error(`${stack.name}: there is no mail`);
  const { url, submissionUrl, imapUrl } = probe;
  const at = (text: string) => ({ name: new URL(text).hostname, port: Number(new URL(text).port) });
  return { smtp: at(url), submissions: at(submissionUrl), imaps: at(imapUrl) };
}

/** Sends as another organisation's server does: STARTTLS, no login. */
export function fromOutside(stack: RunningStack, mail: SendMailOptions): Promise<SentMessageInfo> {
  const { name, port } = mailServers(stack).smtp;
  return createTransport({
    host: stack.context.address ?? name,
    port,
    requireTLS: true,
    name: "mx.example.net",
    tls: { ca: stack.outputs.caPem, servername: name },
  }).sendMail(mail);
}

/**
 * Makes an app password on the start page, as a browser without scripts does, with the second factor enrolled before.
 *
 * @param kind what the device is for: mail, or calendar, contacts and files
 */
export async function appPassword(
  stack: RunningStack,
  clerk: Clerk,
  device: string,
  kind: "mail" | "dav" = "mail",
): Promise<string> {
  const { journey } = await clerk.logIn();
  const page = await journey.open(`${stack.start}/app-adgangskoder`);
  const made = await submit(journey, page, { name: device, kind });
  const secret = made.html.querySelectorAll("dd.code").at(-1)?.text ?? "";
  if (!/^(\w{4}-){4}\w{4}$/.test(secret)) throw new Error(`no app password on ${made.url.pathname}: ${made.body}`);
  return secret;
}

/** A mail program set up with somebody's login and app password. */
export class MailProgram {
  readonly #stack: RunningStack;
  readonly login: string;
  readonly mail: string;
  readonly password: string;

  /** @param login what is typed as user name. Default: the mail address */
  constructor(stack: RunningStack, mail: string, password: string, login = mail) {
    this.#stack = stack;
    this.mail = mail;
    this.password = password;
    this.login = login;
  }

  /** Sends by submission. A refusal is thrown with the server's `responseCode`. */
  send(mail: SendMailOptions): Promise<SentMessageInfo> {
    const { name, port } = mailServers(this.#stack).submissions;
    return createTransport({
      host: this.#stack.context.address ?? name,
      port,
      secure: true,
      tls: { ca: this.#stack.outputs.caPem, servername: name },
      auth: { user: this.login, pass: this.password },
    }).sendMail({ from: this.mail, ...mail });
  }

  /** Opens a connection to the mailbox, logged in. */
  async open(): Promise<ImapFlow> {
    const { name, port } = mailServers(this.#stack).imaps;
    const client = new ImapFlow({
      host: this.#stack.context.address ?? name,
      port,
      secure: true,
      servername: name,
      tls: { ca: this.#stack.outputs.caPem },
      auth: { user: this.login, pass: this.password },
      logger: false,
    });
    client.on("error", () => undefined);
    await client.connect();
    return client;
  }

  /** Whether the mailbox lets it in. */
  async letIn(): Promise<boolean> {
    try {
      await (await this.open()).logout();
      return true;
    } catch (error) {
      if (error instanceof Error && "authenticationFailed" in error) return false;
      throw error;
    }
  }

  /** Names of all folders. */
  async folders(): Promise<string[]> {
    const client = await this.open();
    try {
      return (await client.list()).map(({ path }) => path);
    } finally {
      await client.logout();
    }
  }

  /** Letters with a word in the subject. @param folders Default: where new mail comes to, spam too */
  async letters(word: string, folders: readonly string[] = ["INBOX", "Junk"]): Promise<Letter[]> {
    const client = await this.open();
    const letters: Letter[] = [];
    try {
      for (const folder of folders) {
        await client.mailboxOpen(folder);
        for (const uid of (await client.search({ header: { subject: word } }, { uid: true })) || []) {
          const found = await client.fetchOne(String(uid), { source: true }, { uid: true });
          if (found) letters.push({ folder, uid, text: found.source?.toString("utf8") ?? "" });
        }
      }
      return letters;
    } finally {
      await client.logout();
    }
  }

  /** Waits for the letter with a word in the subject; more than one is a failure. */
  async arrives(word: string, folders?: readonly string[]): Promise<Letter> {
    return eventually(
      async () => {
        const [letter, ...more] = await this.letters(word, folders);
        if (letter === undefined) throw new Error(`${this.mail}: nothing about "${word}" has come`);
        if (more.length > 0) throw new Error(`${this.mail}: "${word}" came ${more.length + 1} times`);
        return letter;
      },
      30,
      1000,
    );
  }
}

/** Deletes letters with a word in the subject from everybody's mailbox, as an operator can. */
export async function tidyMail(stack: RunningStack, word: string): Promise<void> {
  await stack.engine.exec("mailbox", ["doveadm", "expunge", "-A", "mailbox", "*", "header", "subject", word]);
}
