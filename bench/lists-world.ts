import { setTimeout as sleep } from "node:timers/promises";
import { Agent } from "undici";
import { suffix } from "../components/directory/slapd.ts";
import { listsConfig } from "../components/lists/config.ts";
import { listsMailRoute } from "../components/lists/index.ts";
import { runLists, tellRosters } from "../components/lists/testing/run.ts";
import { type MailWorld, secret } from "../components/mail/testing/world.ts";
import { stackIdentity } from "../config/index.ts";
import type { TestStack } from "../test/contract/engine.ts";
import { startNames } from "./mail-peer.ts";

/** Somebody who is on the lists. */
export interface ListMember {
  readonly guid: string;
  readonly uid: string;
  readonly mail: string;
}

/** The mail domain of the people. */
export const domain = "kommune.example";
/** The list that all are on. */
export const listAddress = `alle@liste.${domain}`;

/** Ports of the bench on this host. */
export const listPorts = {
  ...{ smtp: 28_925, submissions: 28_965, submission: 28_987, imaps: 28_993, sieve: 28_994, directory: 28_941 },
} as const;
const httpsPort = 28_943;

/** The section `mail` of both sides; the filter judges and does not act: no name here is one of the world's. */
export const section = { domains: [domain], spam: { markAt: 100, refuseAt: 1000 } };

/** People of the house. */
export const staff = (count: number): readonly ListMember[] =>
  Array.from({ length: count }, (_, n) => ({
    guid: `00000000-0000-4000-8000-${String(n + 1).padStart(12, "0")}`,
    uid: `medarbejder${n + 1}`,
    mail: `medarbejder${n + 1}@${domain}`,
  }));

/** Writes many people into the directory, as the sync would. */
async function addPeople(world: MailWorld, people: readonly ListMember[]): Promise<void> {
  await world.asSteward(async (client) => {
    for (let at = 0; at < people.length; at += 50) {
      await Promise.all(
        people.slice(at, at + 50).map(({ guid, uid, mail }) =>
          client.add(`planbGuid=${guid},ou=people,${suffix}`, {
            objectClass: ["inetOrgPerson", "planbPerson"],
            ...{ planbGuid: guid, uid, cn: uid, sn: uid, mail, planbState: "ok" },
          }),
        ),
      );
    }
  });
}

/**
 * The stack's mail, filter, mailboxes, access, directory and lists, with one list that everybody is on.
 *
 * @param writer who may write to the list, with a password to log in by
 * @throws Error when the lists refuse the members
 */
export async function startListsWorld(
  world: MailWorld,
  people: readonly ListMember[],
  writer: { readonly guid: string; readonly uid: string; readonly mail: string; readonly password: string },
  tell: (words: string) => void,
): Promise<void> {
  const config = listsConfig.parse({
    domain: `liste.${domain}`,
    lists: [{ name: "alle", title: "Alle", kind: "announcement", owners: ["G-Chefer"], archive: "staff" }],
  });
  await world.start({ ...section, resolvers: [await startNames(world.stack)] }, listsMailRoute(config));
  const identity = stackIdentity("bench-lists", {
    ...{ municipality: "Maaling", domain: "lists.localhost", language: "da", mode: "active" },
    host: { address: "127.0.0.1", httpPort: 28_980, httpsPort: 28_944 },
  });
  await runLists(world.stack, {
    ...{ identity, config, caPem: world.caPem, leaf: (name) => world.leaf(name), secret, httpsPort },
    identityKey: secret("bench/identity/1"),
  });
  tell(`writing ${people.length} people into the directory`);
  await world.addPerson(writer);
  await addPeople(world, people);
  await world.stack.ready("database");
  await world.stack.ready("lists", 180);
  tell(`putting them on ${listAddress}`);
  const agent = new Agent({ connect: { ca: world.caPem, servername: "lists" } });
  try {
    const roster = (some: readonly ListMember[]) =>
      some.map(({ guid, mail, uid }) => ({ guid, address: mail, name: uid }));
    const told = { lists: { alle: { member: roster(people), owner: roster([writer]) } }, asked: [], people: [] };
    const { status, text } = await tellRosters({ httpsPort, agent, token: secret("lists/steward/1") }, told);
    if (status !== 200) throw new Error(`the lists took no members: ${status} ${text}`);
  } finally {
    await agent.close();
  }
}

/** Waits until what a delivery left to do, e.g. for the search, is done, so that the next one does not pay for it. */
export async function untilIdle(stack: TestStack, names: readonly string[]): Promise<void> {
  const used = async () => {
    let ns = 0;
    for (const name of names) {
      const { Id } = await stack.inspect(name);
      const { cpu_stats } = await stack.docker.getContainer(Id).stats({ stream: false, "one-shot": true });
      ns += cpu_stats.cpu_usage.total_usage;
    }
    return ns / 1e9;
  };
  for (const name of names) await stack.ready(name);
  const deadline = Date.now() + 60_000;
  for (;;) {
    const before = await used();
    await sleep(2000);
    if ((await used()) - before < 0.1) return;
    if (Date.now() > deadline) throw new Error(`${names.join(", ")}: still busy after 60 s`);
  }
}
