import { type Agent, request } from "undici";
import type { StackIdentity } from "../../../config/index.ts";
import type { TestStack } from "../../../test/contract/engine.ts";
import { databaseConfig } from "../../database/config.ts";
import { databaseWorkload } from "../../database/workloads.ts";
import { mailmanCfg } from "../conf.ts";
import type { ListsConfig } from "../config.ts";
import { listsWorkload } from "../workloads.ts";

/** A certificate and its key. */
type Leaf = { readonly certPem: string; readonly keyPem: string };

/** What {@link runLists} is told. */
export interface ListsParts {
  readonly identity: StackIdentity;
  readonly config: ListsConfig;
  readonly caPem: string;
  /** A certificate of the stack's for a workload. */
  readonly leaf: (name: string) => Promise<Leaf>;
  /** A derived secret. */
  readonly secret: (label: string) => string;
  /** Key with which edge says who is logged in. */
  readonly identityKey: string;
  /** Port of the pages on this host. */
  readonly httpsPort: number;
}

/** Runs a database and the lists, as the program would; the mail server is somebody else's matter. */
export async function runLists(engine: TestStack, parts: ListsParts): Promise<void> {
  const { identity, config, caPem, leaf, secret } = parts;
  const databasePassword = secret("database/lists/1");
  const database = { host: "database", port: 5432, name: "lists", user: "lists" };
  await engine.run(
    databaseWorkload(databaseConfig.parse({}), [{ service: "lists", database: "lists" }], {
      ...{ caPem, ...(await leaf("database")) },
      passwords: { lists: databasePassword },
    }),
  );
  const restPassword = secret("lists/rest/1");
  const workload = listsWorkload({
    ...{ identity, config, database, caPem, ...(await leaf("lists")) },
    mail: { host: "mail", port: 2526 },
    ownDomains: ["kommune.example"],
    linkKey: secret("lists/link/1"),
    probeAddress: "planb-proeve@kommune.example",
    identityKey: parts.identityKey,
    stewardToken: secret("lists/steward/1"),
    ...{ restPassword, databasePassword },
    mailmanCfg: mailmanCfg({ domain: config.domain, database, databasePassword, restPassword }),
  });
  const ports = (workload.ports ?? []).map((port) =>
    port.name === "https" ? { ...port, hostPort: parts.httpsPort } : port,
  );
  await engine.run({ ...workload, ports });
}

/** Tells the lists who is on which, as the steward does. */
export async function tellRosters(
  lists: { readonly httpsPort: number; readonly agent: Agent; readonly token: string },
  told: {
    readonly lists: object;
    readonly aliases?: Readonly<Record<string, string>>;
    readonly asked: readonly string[];
    readonly people: readonly object[];
  },
) {
  const answer = await request(`https://127.0.0.1:${lists.httpsPort}/api/rosters`, {
    method: "PUT",
    headers: { authorization: `Bearer ${lists.token}`, "content-type": "application/json" },
    body: JSON.stringify(told),
    dispatcher: lists.agent,
    headersTimeout: 0,
  });
  return { status: answer.statusCode, text: await answer.body.text() };
}
