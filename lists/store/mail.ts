import { parse as parseHtml } from "node-html-parser";
import PostalMime, { type Attachment } from "postal-mime";

/** A file of a mail. */
export interface MailFile {
  /** What it is called, safe to show; never a path. */
  readonly name: string;
  readonly type: string;
  /** Bytes. */
  readonly size: number;
}

/** A mail as the archive and the moderators show it. */
export interface ReadMail {
  readonly messageId: string;
  readonly sentAt: Date | undefined;
  readonly fromName: string;
  readonly fromAddress: string;
  readonly subject: string;
  readonly text: string;
  readonly files: readonly MailFile[];
  /** Whether it could not be read as a mail; the text is then its beginning as it came. */
  readonly broken: boolean;
}

/** Longest text kept, in characters; the whole mail stays beside it. */
const longest = 200_000;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const control = /[\u0000-\u0008\u000b-\u001f\u007f]/g;
const clean = (text: string, length = longest) => text.replaceAll("\r\n", "\n").replace(control, "").slice(0, length);
const line = (text: string | undefined, length = 500) =>
  clean(text ?? "", length)
    .replace(/\s+/g, " ")
    .trim();

const bytes = ({ content }: Attachment): Uint8Array =>
  typeof content === "string"
    ? Buffer.from(content)
    : content instanceof Uint8Array
      ? content
      : new Uint8Array(content);

/** A file's name without folders, control characters and the letters that turn the reading direction. */
export function safeName(name: string | null, number: number): string {
  const last = line(name ?? "", 200)
    .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "")
    .split(/[\\/]/)
    .at(-1);
  return last === undefined || /^\.*$/.test(last) ? `fil-${number}` : last;
}

const parse = (raw: Uint8Array) => PostalMime.parse(raw, { maxNestingDepth: 50, maxHeadersSize: 512 * 1024 });

/** Reads a mail; one that is broken is shown as it came. */
export async function readMail(raw: Uint8Array): Promise<ReadMail> {
  try {
    const mail = await parse(raw);
    const html = () =>
      parseHtml(mail.html ?? "", { blockTextElements: { script: false, style: false } }).structuredText;
    const sent = new Date(mail.date ?? "");
    const header = (key: string) => mail.headers.find((one) => one.key === key)?.value;
    // Mailman puts the list into From; who wrote stands in Reply-To, or in the name before "via".
    const author = mail.headers.some((one) => one.key === "list-id") ? (mail.replyTo?.[0] ?? mail.from) : mail.from;
    const name = (mail.from?.name ?? "").replace(/ via .*$/s, "") || author?.name || author?.address;
    return {
      messageId: line(mail.messageId ?? header("message-id")),
      sentAt: Number.isNaN(sent.getTime()) ? undefined : sent,
      fromName: line(name),
      fromAddress: line(author?.address),
      subject: line(mail.subject),
      text: clean(mail.text?.trim() ? mail.text : html()),
      files: mail.attachments.map((file, i) => ({
        name: safeName(file.filename, i + 1),
        type: line(file.mimeType, 100),
        size: bytes(file).length,
      })),
      broken: false,
    };
  } catch {
    const text = clean(Buffer.from(raw).toString("utf8"), 20_000);
    return { ...nothing, text, broken: true };
  }
}

const nothing = { messageId: "", sentAt: undefined, fromName: "", fromAddress: "", subject: "", files: [] };

/** Content of a mail's file. @param index from 0 @returns undefined when there is none */
export async function readFileOf(raw: Uint8Array, index: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const file = (await parse(raw)).attachments[index];
  return file && new Uint8Array(bytes(file));
}
