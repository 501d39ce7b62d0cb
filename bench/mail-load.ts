import { ImapFlow } from "imapflow";
import { createTransport } from "nodemailer";

/** A mailbox that gets the load and is read meanwhile. */
export interface Reader {
  readonly address: string;
  readonly password: string;
}

/** A mail server as a bench sees it, on ports of this host. */
export interface MailServer {
  readonly smtpPort: number;
  readonly imapPort: number;
  readonly caPem: string;
  /** Name in its certificate. */
  readonly hostName: string;
}

const fromOutside = "borger@outside.example";
/** Header by which a message is known again. */
const mark = "X-Maaling";
const words =
  "mødet om byplanen er flyttet til onsdag og referatet følger med bilag fra forvaltningen i næste uge".split(" ");

/** Kinds of messages, by the number's rest of twenty: a page, a letter with HTML, one with an attached file. */
const kinds = [
  { below: 13, textKiB: 2, htmlKiB: 0, fileKiB: 0 },
  { below: 18, textKiB: 4, htmlKiB: 16, fileKiB: 0 },
  { below: 20, textKiB: 2, htmlKiB: 8, fileKiB: 150 },
] as const;

/** Text that repeats itself no more than people do, the same for the same number. */
function prose(seed: number, kib: number): string {
  let state = seed * 2654435761 + 1;
  let text = "";
  while (text.length < kib * 1024) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    text += `${words[(state >>> 8) % words.length]}${(state >>> 20) % 9 === 0 ? `.\r\n` : " "}`;
  }
  return text;
}

const base64 = (text: string | Buffer) => `${Buffer.from(text).toString("base64").replaceAll(/.{76}/g, "$&\r\n")}\r\n`;

/** One message, whole. */
function message(round: string, index: number, to: string): Buffer {
  const kind = kinds.find(({ below }) => index % 20 < below) ?? kinds[0];
  const part = (type: string, body: string, more = "") =>
    `Content-Type: ${type}\r\nContent-Transfer-Encoding: base64\r\n${more}\r\n${base64(body)}`;
  const text = part("text/plain; charset=utf-8", prose(index, kind.textKiB));
  const html = part("text/html; charset=utf-8", `<html><body><p>${prose(index, kind.htmlKiB)}</p></body></html>`);
  const file = part(
    "application/octet-stream",
    Array.from({ length: kind.fileKiB * 16 }, (_, i) => Math.imul(index + 7, i + 1).toString(36))
      .join("")
      .slice(0, kind.fileKiB * 1024),
    'Content-Disposition: attachment; filename="bilag.dat"\r\n',
  );
  const several = (type: string, boundary: string, parts: readonly string[]) =>
    `Content-Type: multipart/${type}; boundary="${boundary}"\r\n\r\n${parts.map((each) => `--${boundary}\r\n${each}\r\n`).join("")}--${boundary}--\r\n`;
  const letter = kind.htmlKiB > 0 ? several("alternative", "b1", [text, html]) : text;
  return Buffer.from(
    [
      `From: Borger <${fromOutside}>`,
      `To: ${to}`,
      `Subject: Sag ${index} ${prose(index, 0.02).trim().split("\r\n")[0]}`,
      `Message-ID: <${round}.${index}@outside.example>`,
      `Date: ${new Date().toUTCString().replace("GMT", "+0000")}`,
      `${mark}: ${round}.${index}`,
      "MIME-Version: 1.0",
      kind.fileKiB > 0 ? several("mixed", "b2", [letter, file]) : letter,
    ].join("\r\n"),
  );
}

/** A mailbox open by IMAP, which fetches what comes as a mail program does. */
async function watch(server: MailServer, reader: Reader, took: (id: string) => void): Promise<ImapFlow> {
  const client = new ImapFlow({
    host: "127.0.0.1",
    port: server.imapPort,
    secure: true,
    auth: { user: reader.address, pass: reader.password },
    tls: { ca: server.caPem, servername: server.hostName },
    logger: false,
  });
  await client.connect();
  const box = await client.mailboxOpen("INBOX");
  let seen = box.exists;
  let busy = false;
  const read = async () => {
    if (busy) return;
    busy = true;
    while (client.mailbox && client.mailbox.exists > seen) {
      const upTo = client.mailbox.exists;
      for await (const { source } of client.fetch(`${seen + 1}:${upTo}`, { source: true })) {
        took(new RegExp(`^${mark}: (.*)\r$`, "m").exec(source?.toString("latin1") ?? "")?.[1] ?? "");
      }
      seen = upTo;
    }
    busy = false;
    // Told of the next one by the server.
    await client.idle();
  };
  const failed = (error: unknown) => took(`failed: ${String(error)}`);
  client.on("exists", () => void read().catch(failed));
  client.on("error", failed);
  void client.idle().catch(failed);
  return client;
}

/**
 * Sends messages as other servers do, with STARTTLS, and reads them by IMAP as they come.
 *
 * @param round names this load
 * @returns seconds from the first command until the last message was read whole
 * @throws when one is refused, or not there 120 s after the last was accepted
 */
export async function mailLoad(
  server: MailServer,
  readers: readonly Reader[],
  round: string,
  { messages, atOnce }: { readonly messages: number; readonly atOnce: number },
): Promise<{ readonly all: number; readonly accepted: number }> {
  const to = (index: number) => readers[index % readers.length]?.address ?? "";
  const letters = Array.from({ length: messages }, (_, index) => message(round, index, to(index)));
  const missing = new Set(letters.map((_, index) => `${round}.${index}`));
  let ended: (failure?: Error) => void = () => {};
  const done = new Promise<number>((resolve, reject) => {
    ended = (failure) => (failure ? reject(failure) : resolve(performance.now()));
  });
  const took = (id: string) => {
    if (id.startsWith("failed: ")) ended(new Error(id));
    missing.delete(id);
    if (missing.size === 0) ended();
  };
  done.catch(() => {});
  const clients: ImapFlow[] = [];
  for (const reader of readers) clients.push(await watch(server, reader, took));
  const transport = createTransport({
    ...{ pool: true, maxConnections: atOnce, maxMessages: Number.POSITIVE_INFINITY },
    ...{ host: "127.0.0.1", port: server.smtpPort, requireTLS: true, name: "mx.outside.example" },
    tls: { ca: server.caPem, servername: server.hostName },
  });
  try {
    const begin = performance.now();
    await Promise.all(
      letters.map((raw, index) => transport.sendMail({ envelope: { from: fromOutside, to: to(index) }, raw })),
    );
    const accepted = performance.now();
    const timer = setTimeout(() => ended(new Error(`${missing.size} messages are not there after 120 s`)), 120_000);
    const end = await done.finally(() => clearTimeout(timer));
    return { all: (end - begin) / 1000, accepted: (accepted - begin) / 1000 };
  } finally {
    transport.close();
    await Promise.all(clients.map((client) => client.logout().catch(() => undefined)));
  }
}
