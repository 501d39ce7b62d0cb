import { readFileSync } from "node:fs";
import { Agent, request } from "undici";
import { texts } from "../directory/ad-entries.ts";
import { type DirectoryConfig, openShadow, type Shadow } from "../directory/index.ts";
import { isTakenAway, type LoginState } from "../directory/state.ts";
import { log, words } from "../log.ts";
import { type Loop, startLoop } from "../loop.ts";
import type { ListsDuty } from "./config.ts";
import { aliasesOf, atAddresses, type Group, type Known, type MissingGroup, rosters } from "./rosters.ts";

export { type ListsDuty, type ListsDutyInput, listsDutySchema } from "./config.ts";

/** What is known of the mailing lists' members, for the status. */
export interface ListsStatus {
  readonly state: "waiting" | "ok" | "failed";
  /** What is wrong, in a line; undefined: nothing. */
  readonly message: string | undefined;
  /** When the lists were told last. ISO time. */
  readonly toldAt: string | undefined;
  /** Groups that lists name and that are not here; nobody is taken off meanwhile. */
  readonly missing: readonly MissingGroup[];
  /** Mails that the lists took and could not deliver: they rest in `/data/mailman/queue`, in `shunt` and `bad`. */
  readonly parked: number;
}

/** The loop that keeps the lists' members in step with groups. */
export interface ListsLoop extends Loop {
  status(): ListsStatus;
}

/** What the lists ask. */
interface Asked {
  /** People whose place is kept by hand. */
  readonly guids: readonly string[];
  /** Addresses of which the lists know nobody. */
  readonly addresses: readonly string[];
}

const retrySeconds = 10;

/** Tells the lists' program who is in the groups that lists name, again and again. */
export function startLists(duty: ListsDuty, config: Pick<DirectoryConfig, "shadow">): ListsLoop {
  let status: ListsStatus = { state: "waiting", message: undefined, toldAt: undefined, missing: [], parked: 0 };
  const agent = new Agent({ connect: { ca: readFileSync(duty.caFile, "utf8") }, headersTimeout: 300_000 });
  const loop = startLoop(
    async () => {
      try {
        const { missing, parked } = await tellLists(duty, config, agent);
        for (const one of missing) {
          if (status.missing.some(({ list, group }) => list === one.list && group === one.group)) continue;
          log(`lists: ${one.list}: the group "${one.group}" is ${one.why === "unknown" ? "not here" : "here twice"}`);
        }
        if (parked !== status.parked) log(`lists: ${parked} mails could not be delivered and rest in the queue`);
        status = { state: "ok", message: undefined, toldAt: new Date().toISOString(), missing, parked };
      } catch (error) {
        const message = words(error);
        if (message !== status.message) log(`lists: ${message}`);
        status = { ...status, state: status.toldAt === undefined ? "waiting" : "failed", message };
      }
    },
    () => (status.message === undefined ? duty.everySeconds : retrySeconds),
  );
  return {
    now: loop.now,
    status: () => status,
    async stop() {
      await loop.stop();
      await agent.close();
    },
  };
}

/**
 * One turn.
 *
 * @returns groups that were not to be had, and how many mails rest undelivered
 * @throws when the directory or the lists do not answer; nothing has been told then
 */
export async function tellLists(
  duty: ListsDuty,
  config: Pick<DirectoryConfig, "shadow">,
  agent: Agent,
): Promise<Pick<ListsStatus, "missing" | "parked">> {
  const headers = {
    authorization: `Bearer ${readFileSync(duty.tokenFile, "utf8").trim()}`,
    "content-type": "application/json",
  };
  const call = async (method: "GET" | "PUT", path: string, content?: object): Promise<unknown> => {
    const body = content === undefined ? null : JSON.stringify(content);
    const answer = await request(`${duty.url}${path}`, { method, headers, body, dispatcher: agent });
    if (answer.statusCode === 200) return answer.body.json();
    const text = (await answer.body.text()).slice(0, 200);
    throw new Error(`the lists answered ${answer.statusCode} to ${path}: ${text}`);
  };
  const { guids, addresses } = (await call("GET", "/api/people")) as Asked;
  const shadow = await openShadow(config);
  try {
    const [groups, people] = [await readGroups(shadow), await readPeople(shadow)];
    const persons = new Map([...people].map(([guid, { aliases: _, ...person }]) => [guid, person]));
    const told = rosters(duty.lists, groups, persons);
    const asked = [
      ...guids.flatMap((guid) => persons.get(guid) ?? []),
      ...atAddresses(addresses, [...persons.values()]),
    ];
    const aliases = aliasesOf([...people.values()]);
    const content = { lists: told.lists, aliases, asked: guids, people: asked };
    const { parked } = (await call("PUT", "/api/rosters", content)) as { parked: number };
    return { missing: told.missing, parked };
  } finally {
    await shadow.close();
  }
}

async function readGroups(shadow: Shadow): Promise<readonly Group[]> {
  const found = await shadow.find("ou=groups", "(objectClass=planbGroup)", ["displayName", "member"]);
  return found.map((entry) => ({
    name: texts(entry, "displayName")[0] ?? "",
    people: texts(entry, "member").flatMap((dn) => /^planbGuid=([0-9a-f-]+),/i.exec(dn)?.[1]?.toLowerCase() ?? []),
  }));
}

async function readPeople(shadow: Shadow): Promise<ReadonlyMap<string, Known>> {
  const attributes = ["planbGuid", "mail", "planbMailAlias", "displayName", "cn", "planbState"];
  const people = new Map<string, Known>();
  for (const entry of await shadow.find("ou=people", "(&(objectClass=planbPerson)(mail=*))", attributes)) {
    const [guid] = texts(entry, "planbGuid");
    const [address] = texts(entry, "mail");
    // Who is gone or shut out gets no mail of lists.
    const state = (texts(entry, "planbState")[0] ?? "ok") as LoginState;
    if (guid === undefined || address === undefined || isTakenAway(state)) continue;
    const name = texts(entry, "displayName")[0] ?? texts(entry, "cn")[0] ?? address;
    const aliases = texts(entry, "planbMailAlias").map((one) => one.toLowerCase());
    people.set(guid, { guid, address: address.toLowerCase(), name, aliases });
  }
  return people;
}
