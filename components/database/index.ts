import * as pulumi from "@pulumi/pulumi";
import type { Probe, Service } from "../../model/index.ts";
import type { Running } from "../../platform/platform.ts";
import type { ServiceArgs } from "../args.ts";
import type { DatabaseConfig } from "./config.ts";
import { type DatabaseClient, databaseName, databasePort, databaseWorkload } from "./workloads.ts";

export { type DatabaseConfig, databaseConfig } from "./config.ts";
export type { DatabaseClient } from "./workloads.ts";

/** Arguments of {@link Database}. */
export interface DatabaseArgs extends ServiceArgs<DatabaseConfig> {
  /** The services that keep rows, each with a database of its own. */
  readonly clients: readonly DatabaseClient[];
}

/** How a service reaches its database: TLS, the server's certificate is the stack CA's for `host`. */
export interface DatabaseConnection {
  readonly host: string;
  readonly port: number;
  /** Name of the database. */
  readonly name: string;
  readonly user: string;
  readonly password: pulumi.Output<string>;
}

/** PostgreSQL 17, one a stack; one role and one database a service, closed to all others. */
export class Database extends pulumi.ComponentResource implements Service {
  readonly service = "database";
  /** None from outside: nobody but its clients can reach it, and their probes fail with it. */
  readonly probes: readonly Probe[] = [];
  /** The server, to name in `after`. */
  readonly running: Running;
  readonly #connections: ReadonlyMap<string, DatabaseConnection>;

  /** @throws when two clients ask for the same database, or a name is not a-z, 0-9 and `_` */
  constructor(name: string, args: DatabaseArgs, options?: pulumi.ComponentResourceOptions) {
    checkClients(args.clients);
    super("planb:service:Database", name, {}, options);
    const { secrets, clients } = args;
    const passwords = Object.fromEntries(
      clients.map(({ database }) => [database, secrets.derive(`database/${database}/1`)] as const),
    );
    this.#connections = new Map(
      Object.entries(passwords).map(([database, password]) => [
        database,
        { host: databaseName, port: databasePort, name: database, user: database, password },
      ]),
    );
    const tls = secrets.certificate("database/tls/1", [databaseName]);
    const workload = databaseWorkload(args.config, clients, { caPem: secrets.caPem, ...tls, passwords });
    this.running = args.platform.run(workload, { parent: this, service: this.service });
    this.registerOutputs({ probes: this.probes });
  }

  /**
   * How to reach a database.
   *
   * @throws when no client asked for it
   */
  connection(database: string): DatabaseConnection {
    const connection = this.#connections.get(database);
    if (connection === undefined) throw new Error(`database "${database}": not among the clients of Database`);
    return connection;
  }
}

function checkClients(clients: readonly DatabaseClient[]): void {
  const seen = new Set<string>();
  for (const { database } of clients) {
    if (!/^[a-z][a-z0-9_]{0,62}$/.test(database)) {
      throw new Error(
        `database "${database}": expected 1 to 63 characters of a-z, 0-9 and "_", starting with a letter`,
      );
    }
    if (seen.has(database)) throw new Error(`database "${database}": two clients ask for it`);
    seen.add(database);
  }
}
