import { z } from "zod";

/** What Mailman answered that was no success. */
export class MailmanError extends Error {
  readonly status: number;

  constructor(status: number, method: string, path: string, text: string) {
    super(`Mailman: ${method} ${path}: ${status} ${text.slice(0, 200)}`);
    this.status = status;
  }
}

/** A value of a form that Mailman takes; a list becomes repeated fields. */
export type FormValue = string | number | boolean | readonly string[];

const member = z.object({
  member_id: z.string(),
  email: z.string(),
  display_name: z.string().default(""),
  moderation_action: z.string().optional(),
  delivery_mode: z.string().default("regular"),
  /** When mail to the address last came back for good. */
  last_bounce_received: z.string().optional(),
});

/** A member, owner or moderator as Mailman has it. */
export type Member = z.infer<typeof member>;

const held = z.object({
  request_id: z.number(),
  subject: z.string(),
  sender: z.string().default(""),
  reason: z.string().default(""),
  msg: z.string(),
});

/** A mail that waits for a moderator. */
export type Held = z.infer<typeof held>;

const request = z.object({
  token: z.string(),
  email: z.string(),
  display_name: z.string().default(""),
  type: z.string(),
});

/** A request to join or leave that waits for a moderator. */
export type MembershipRequest = z.infer<typeof request>;

const collection = <T extends z.ZodType>(entry: T) => z.object({ entries: z.array(entry).default([]) });

/** Mailman's REST API, on the loopback of the same container. */
export class Mailman {
  readonly #base: string;
  readonly #authorization: string;

  constructor(password: string, base = "http://127.0.0.1:8001/3.1") {
    this.#base = base;
    this.#authorization = `Basic ${Buffer.from(`lists:${password}`).toString("base64")}`;
  }

  /** @throws MailmanError when Mailman refuses; another Error when it does not answer */
  async call(method: string, path: string, form?: Readonly<Record<string, FormValue>>): Promise<unknown> {
    const fields = Object.entries(form ?? {}).flatMap(([name, value]): [string, string][] =>
      Array.isArray(value) ? value.map((one): [string, string] => [name, String(one)]) : [[name, String(value)]],
    );
    const response = await fetch(`${this.#base}${path}`, {
      method,
      headers: {
        authorization: this.#authorization,
        ...(form ? { "content-type": "application/x-www-form-urlencoded" } : {}),
      },
      ...(form ? { body: new URLSearchParams(fields).toString() } : {}),
      signal: AbortSignal.timeout(60_000),
    });
    const text = await response.text();
    if (!response.ok) throw new MailmanError(response.status, method, path, text);
    return text === "" ? undefined : JSON.parse(text);
  }

  /** As {@link call}, but a missing thing is undefined. */
  async find(path: string): Promise<unknown> {
    try {
      return await this.call("GET", path);
    } catch (error) {
      if (error instanceof MailmanError && error.status === 404) return undefined;
      throw error;
    }
  }

  async roster(list: string, role: "member" | "owner" | "moderator"): Promise<readonly Member[]> {
    return collection(member).parse(await this.call("GET", `/lists/${list}/roster/${role}`)).entries;
  }

  /** The member of an address. @returns undefined: none */
  async member(list: string, address: string): Promise<Member | undefined> {
    const found = await this.find(`/lists/${list}/member/${encodeURIComponent(address.toLowerCase())}`);
    const one = found === undefined ? undefined : member.parse(found);
    return one?.email.toLowerCase() === address.toLowerCase() ? one : undefined;
  }

  /** Of these members those whose mail came back so often that Mailman sends them none. */
  async stopped(members: readonly Member[]): Promise<readonly Member[]> {
    const found: Member[] = [];
    // Only who has ever been a day's bounce can be among them, so that the others need no question each.
    for (const one of members.filter(({ last_bounce_received }) => last_bounce_received !== undefined)) {
      const preferences = await this.find(`/members/${one.member_id}/preferences`);
      const { delivery_status } = z.object({ delivery_status: z.string().optional() }).parse(preferences ?? {});
      if (delivery_status === "by_bounces") found.push(one);
    }
    return found;
  }

  /** Sends to a member again. */
  async resume({ member_id }: Member): Promise<void> {
    await this.call("PATCH", `/members/${member_id}/preferences`, { delivery_status: "enabled" });
  }

  async add(list: string, role: string, address: string, name: string, welcome = false): Promise<void> {
    await this.call("POST", "/members", {
      list_id: list,
      subscriber: address,
      display_name: name,
      role,
      ...(role === "member"
        ? { pre_verified: true, pre_confirmed: true, pre_approved: true, send_welcome_message: welcome }
        : {}),
    });
  }

  /** Takes members off a list, without a word to them. */
  async remove(list: string, addresses: readonly string[]): Promise<void> {
    if (addresses.length > 0) await this.call("DELETE", `/lists/${list}/roster/member`, { emails: addresses });
  }

  async held(list: string): Promise<readonly Held[]> {
    return collection(held).parse(await this.call("GET", `/lists/${list}/held`)).entries;
  }

  async heldCount(list: string): Promise<number> {
    return z.object({ count: z.number() }).parse(await this.call("GET", `/lists/${list}/held/count`)).count;
  }

  /** @param reason told to the sender of a refused mail */
  async moderate(list: string, id: number, action: "accept" | "discard" | "reject", reason = ""): Promise<void> {
    const comment = action === "reject" && reason !== "" ? { comment: reason } : {};
    await this.call("POST", `/lists/${list}/held/${id}`, { action, ...comment });
  }

  /** Wishes to join and leave. @param waiting for a moderator, or for anybody: who asked may have to confirm first */
  async requests(list: string, waiting: "moderator" | "anybody" = "moderator"): Promise<readonly MembershipRequest[]> {
    const query = waiting === "moderator" ? "?token_owner=moderator" : "";
    return collection(request).parse(await this.call("GET", `/lists/${list}/requests${query}`)).entries;
  }

  async decide(list: string, token: string, action: "accept" | "reject" | "discard"): Promise<void> {
    await this.call("POST", `/lists/${list}/requests/${encodeURIComponent(token)}`, { action });
  }
}
