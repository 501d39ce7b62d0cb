import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { mapLimited } from "./limited.ts";
import { ifMissing } from "./problem.ts";
import { readJson } from "./read-json.ts";
import { inTurn } from "./turns.ts";

const scryptOf = promisify<string, Buffer, number, Buffer>(scrypt);
/** One at a time: each takes 16 MiB, and anybody may ask. */
const derive = (password: string, salt: Buffer, bytes: number): Promise<Buffer> =>
  inTurn(["scrypt"], () => scryptOf(password, salt, bytes));

const linkForm = z.strictObject({
  token: z.string(),
  /** Fetch what is there, or hand in without seeing anything. */
  kind: z.enum(["fetch", "hand-in"]),
  space: z.strictObject({ kind: z.enum(["hjem", "grupper"]), id: z.string() }),
  segments: z.array(z.string()),
  folder: z.boolean(),
  /** The maker's key and name. */
  by: z.string(),
  byName: z.string(),
  /** Milliseconds since 1970. */
  at: z.number(),
  expires: z.number(),
  /** Salt and scrypt hash, base64url. */
  password: z.strictObject({ salt: z.string(), hash: z.string() }).optional(),
  /** Most times it may be used. */
  limit: z.number().int().positive().optional(),
  used: z.number().int().nonnegative(),
});

/** A link that opens a file or folder, or takes files in, without a login. */
export type Link = z.infer<typeof linkForm>;

/** What a person decides of a new link. */
export interface NewLink extends Omit<Link, "token" | "at" | "used" | "password"> {
  /** Default: none. */
  readonly password?: string;
}

const tokenForm = /^[A-Za-z0-9_-]{27}$/;

/** The links, one file each. The number of uses is counted on disk, so a restart gives nobody more. */
export class Links {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async create({ password, ...link }: NewLink): Promise<Link> {
    const made: Link = {
      ...link,
      token: randomBytes(20).toString("base64url"),
      at: Date.now(),
      used: 0,
      ...(password === undefined || password === "" ? {} : { password: await hashed(password) }),
    };
    await this.#write(made);
    return made;
  }

  /** A link that is still good: not expired, not used up. */
  async open(token: string, now = Date.now()): Promise<Link | undefined> {
    const link = await this.#read(token);
    if (!link || link.expires <= now || (link.limit !== undefined && link.used >= link.limit)) return undefined;
    return link;
  }

  /** Counts one use; of two at once that would be the last one, one gets it. @returns whether it was allowed */
  use(token: string): Promise<boolean> {
    return inTurn([token], async () => {
      const link = await this.open(token);
      if (!link) return false;
      await this.#write({ ...link, used: link.used + 1 });
      return true;
    });
  }

  /** Links for which a question is answered yes, the latest first. */
  async list(wanted: (link: Link) => boolean): Promise<Link[]> {
    const names = (await readdir(this.#folder).catch(ifMissing)) ?? [];
    const files = names.filter((name) => name.endsWith(".json"));
    const links = await mapLimited(files, (name) => this.#read(name.slice(0, -5)));
    return links
      .filter((link) => link !== undefined)
      .filter(wanted)
      .sort((a, b) => b.at - a.at);
  }

  /** Ends a link. */
  async revoke(token: string): Promise<void> {
    if (tokenForm.test(token)) await inTurn([token], () => rm(join(this.#folder, `${token}.json`), { force: true }));
  }

  /** Whether a password opens the link. */
  async opens(link: Link, password: string): Promise<boolean> {
    if (!link.password) return true;
    const wanted = Buffer.from(link.password.hash, "base64url");
    return timingSafeEqual(await derive(password, Buffer.from(link.password.salt, "base64url"), wanted.length), wanted);
  }

  async #read(token: string): Promise<Link | undefined> {
    if (!tokenForm.test(token)) return undefined;
    return readJson(linkForm, await readFile(join(this.#folder, `${token}.json`), "utf8").catch(ifMissing));
  }

  async #write(link: Link): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const file = join(this.#folder, link.token);
    await writeFile(`${file}.new`, JSON.stringify(link), { mode: 0o600, flush: true });
    await rename(`${file}.new`, `${file}.json`);
  }
}

async function hashed(password: string) {
  const salt = randomBytes(16);
  return { salt: salt.toString("base64url"), hash: (await derive(password, salt, 32)).toString("base64url") };
}
