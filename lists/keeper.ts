import { convergeLists } from "./engine/lists.ts";
import { planMembers, type Wanted } from "./engine/members.ts";
import { type Mailman, MailmanError, type Member } from "./engine/rest.ts";
import { type ListSettings, type ListsSettings, listId } from "./settings.ts";
import { type Database, makeTables } from "./store/database.ts";
import type { MemberStore } from "./store/members.ts";

/** What the keeper works with. */
export interface KeeperParts {
  readonly settings: ListsSettings;
  readonly mailman: Mailman;
  readonly database: Database;
  readonly members: MemberStore;
  readonly log: (line: string) => void;
}

/** Keeps Mailman's lists, members, owners and moderators as the stack file, the groups and the people want them. */
export class Keeper {
  readonly #parts: KeeperParts;
  #ready = false;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(parts: KeeperParts) {
    this.#parts = parts;
  }

  /** Whether tables and lists are there. */
  get ready(): boolean {
    return this.#ready;
  }

  /** Makes tables and lists. @throws while the database or Mailman is away */
  async start(): Promise<void> {
    const { database, mailman, settings, members, log } = this.#parts;
    await makeTables(database);
    const made = await convergeLists(mailman, settings);
    // A list that Mailman had to make anew has no members: nobody has left it.
    for (const name of made) await members.unapply(name);
    if (made.length > 0) log(`lists: made ${made.length}`);
    this.#ready = true;
    for (const list of settings.lists) await this.bring(list);
  }

  /** Brings one list's members in line, after those that are under way. */
  bring(list: ListSettings): Promise<void> {
    const next = this.#queue.then(() => this.#bring(list));
    this.#queue = next.catch(() => undefined);
    return next;
  }

  async #bring(list: ListSettings): Promise<void> {
    const { mailman, members, settings, log } = this.#parts;
    const id = listId(settings, list.name);
    const fixed = list.fixed.map((address): Wanted => ({ address, name: "", guid: undefined, welcome: false }));
    const found = await mailman.roster(id, "member");
    const applied = await members.applied(list.name);
    const wantedNow = async () => [...(await members.wanted(list.name)), ...fixed];
    let wanted = await wantedNow();
    let plan = planMembers(wanted, found, applied);
    const { joined, left } = plan;
    const known = new Set(applied);
    if (joined.length + left.length > 0) {
      for (const { email, display_name } of joined) await members.addAddress(list.name, email, display_name, "mail");
      for (const address of left) {
        if (list.mayLeave) await members.takeOff(list.name, address);
        known.delete(address);
      }
      await members.unapply(list.name, left);
      wanted = await wantedNow();
      plan = planMembers(wanted, found, new Set([...known, ...joined.map(({ email }) => email.toLowerCase())]));
    }
    const [more, fewer] = [plan.add.length, plan.remove.length];
    const refused = new Set<string>();
    for (const one of plan.add) if (!(await this.#add(id, one))) refused.add(one.address);
    await mailman.remove(id, plan.remove);
    if (fewer > 0) await members.unapply(list.name, plan.remove);
    const fresh = wanted.map(({ address }) => address).filter((one) => !refused.has(one) && !known.has(one));
    if (fresh.length > 0) await members.apply(list.name, fresh);
    await this.#writers(list, id, more + fewer > 0 ? await mailman.roster(id, "member") : found);
    if (more + fewer > 0) log(`lists: ${list.name} members=${wanted.length} added=${more} removed=${fewer}`);
  }

  /** @returns whether the address is a member now */
  async #add(id: string, wanted: Wanted, again = true): Promise<boolean> {
    const { mailman, log } = this.#parts;
    const { address, name, welcome } = wanted;
    try {
      await mailman.add(id, "member", address, name, welcome);
      return true;
    } catch (error) {
      // 409: is one already, or has asked to be. 400: Mailman takes no such address; one of them must not stop the others.
      if (!(error instanceof MailmanError) || error.status >= 500) throw error;
      if (error.status !== 409) log(`lists: ${id}: an address was refused (${error.status})`);
      if (error.status !== 409 || (await mailman.member(id, address))) return error.status === 409;
      for (const { token, email } of await mailman.requests(id, "anybody")) {
        if (email.toLowerCase() === address) await mailman.decide(id, token, "discard");
      }
      return again && this.#add(id, wanted, false);
    }
  }

  /** Owners and moderators, who get Mailman's notices and whose mails are never held. */
  async #writers(list: ListSettings, id: string, all: readonly Member[]): Promise<void> {
    const { mailman, members } = this.#parts;
    const writers = new Set<string>();
    for (const role of ["owner", "moderator"] as const) {
      const wanted = await members.withRole(list.name, role);
      const found = await mailman.roster(id, role);
      const want = new Map(wanted.map((one) => [one.address, one.name]));
      for (const address of want.keys()) writers.add(address);
      for (const one of found) {
        if (!want.delete(one.email.toLowerCase())) await mailman.call("DELETE", `/members/${one.member_id}`);
      }
      for (const [address, name] of want) await mailman.add(id, role, address, name);
    }
    const config = (await mailman.call("GET", `/lists/${id}/config`)) as { accept_these_nonmembers?: string[] };
    const accepted = [...writers].sort();
    if (String([...(config.accept_these_nonmembers ?? [])].sort()) !== String(accepted)) {
      await mailman.call("PATCH", `/lists/${id}/config`, {
        accept_these_nonmembers: accepted.length > 0 ? accepted : "",
      });
    }
    const freed = (one: Member) => one.moderation_action === "accept";
    for (const one of all) {
      const may = writers.has(one.email.toLowerCase());
      if (may !== freed(one)) {
        await mailman.call("PATCH", `/members/${one.member_id}`, { moderation_action: may ? "accept" : "" });
      }
    }
  }

  /** Sends the digests that have gathered. */
  async digests(): Promise<void> {
    const { mailman, settings } = this.#parts;
    for (const list of settings.lists) {
      if (list.digest) await mailman.call("POST", `/lists/${listId(settings, list.name)}/digest`, { periodic: true });
    }
  }
}
