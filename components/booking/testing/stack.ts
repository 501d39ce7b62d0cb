import type { Client } from "ldapts";
import { buildImages } from "../../../images/index.ts";
import { authority, derive, type Workload } from "../../../model/index.ts";
import { TestStack } from "../../../test/contract/engine.ts";
import { databaseConfig } from "../../database/config.ts";
import { databaseWorkload } from "../../database/workloads.ts";
import { openAsSteward, ownDirectory } from "../../directory/testing.ts";
import { bookingConfig } from "../config.ts";
import { frontConf } from "../front.ts";
import { sogoConf } from "../sogo.ts";
import { bookingJson, groupwareDatabase, groupwareWorkload } from "../workloads.ts";

const master = "b".repeat(43);
const secret = (label: string) => derive(master, label);
const directoryPassword = (name: string) => secret(`directory/${name}/1`);
/** Ports on this host that the test publishes. */
export const ports = { directory: 19_436, web: 19_543, dav: 19_544 } as const;
/** The secret part of the identity headers' names in this test. */
export const identityKey = "0123456789abcdef0123456789abcdef";
/** Ends of the door screens' addresses. */
export const doors = { moede1: "doer-til-moede-1", bil: "doer-til-bilen" } as const;

/** A made-up person of the test. */
export interface Person {
  readonly guid: string;
  readonly uid: string;
  readonly name: string;
  readonly mail: string;
}

const person = (n: number, uid: string, name: string): Person => ({
  guid: `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`,
  uid,
  name,
  mail: `${uid}@kommune.example`,
});

/** The people who book. */
export const people = {
  anna: person(1, "anna", "Anna Prøve"),
  bo: person(2, "bo", 'Bo "Test" O\'Prøve, Øst'),
  eva: person(3, "eva", "Eva Prøve"),
  /** Who leaves. */
  leif: person(4, "leif", "Leif Prøve"),
} as const;

/** PostgreSQL, slapd and the groupware on the engine, without mail and without Keycloak. */
export class BookingStack {
  readonly engine = new TestStack("booking");
  caPem = "";

  /** @param section of the stack file */
  async start(section: object): Promise<void> {
    await buildImages(() => {}, ["postgresql", "openldap", "sogo"]);
    const ca = await authority(master, "ca/1", "Test");
    this.caPem = ca.caPem;
    await this.engine.run(
      databaseWorkload(databaseConfig.parse({}), [{ service: "groupware", database: groupwareDatabase }], {
        caPem: ca.caPem,
        ...(await ca.issue("database/tls/1", ["database"])),
        passwords: { [groupwareDatabase]: secret("database/groupware/1") },
      }),
    );
    await this.engine.run(await ownDirectory(ca, directoryPassword, ports.directory));
    await this.engine.ready("database");
    await this.engine.ready("directory");
    await this.#addPeople();
    await this.engine.run(await this.workload(section));
    await this.engine.ready("groupware");
  }

  /** The groupware's workload, its ports published. */
  async workload(section: object): Promise<Workload> {
    const ca = await authority(master, "ca/1", "Test");
    const config = bookingConfig.parse(section);
    const database = { host: "database", port: 5432, name: groupwareDatabase, user: groupwareDatabase };
    const origin = `https://localhost:${ports.web}`;
    const settings = { language: "da", municipality: 'Ærøskøbing "By & Land"', origin } as const;
    const workload = groupwareWorkload(config, bookingJson(config, settings, database), {
      caPem: ca.caPem,
      ...(await ca.issue("groupware/tls/1", ["groupware", "localhost"])),
      sogoConf: sogoConf(
        {
          ...settings,
          mailDomain: "kommune.example",
          webmail: false,
          database,
        },
        {
          directoryPassword: secret("directory/groupware/1"),
          clientSecret: secret("groupware/oidc-client/1"),
        },
      ),
      frontConf: frontConf({
        ...settings,
        hostName: "localhost",
        httpsPort: ports.web,
        loggedOut: "https://start.test/logget-ud",
        identityKey,
      }),
      databasePassword: secret("database/groupware/1"),
      directoryPassword: secret("directory/groupware/1"),
      doors: JSON.stringify(doors),
      doorKey: secret("booking/door-key/1"),
    });
    return {
      ...workload,
      ports: [
        { name: "https", port: 8443, hostPort: ports.web },
        { name: "dav", port: 8444, hostPort: ports.dav },
      ],
    };
  }

  /** The shadow directory as the steward sees it. Unbind when done. */
  directory(): Promise<Client> {
    return openAsSteward(this.caPem, ports.directory, directoryPassword("steward"));
  }

  async #addPeople(): Promise<void> {
    const client = await this.directory();
    for (const { guid, uid, name, mail } of Object.values(people)) {
      await client.add(`planbGuid=${guid},ou=people,dc=planb`, {
        objectClass: ["inetOrgPerson", "planbPerson"],
        ...{ planbGuid: guid, uid, cn: name, sn: name, displayName: name, mail, planbState: "ok" },
        ...(uid === "eva" ? { planbMemberOf: "g0123456789ab" } : {}),
      });
    }
    await client.add("cn=g0123456789ab,ou=groups,dc=planb", {
      objectClass: ["planbGroup"],
      ...{ cn: "g0123456789ab", planbGuid: "01234567-89ab-4000-8000-000000000000" },
      displayName: 'Beredskab, "krisestab" (1*)',
    });
    await client.unbind();
  }

  /** Secrets that must be seen nowhere. */
  readonly hidden = ["database/groupware/1", "directory/groupware/1", "groupware/oidc-client/1"].map(secret);

  /** Removes everything it made. */
  remove(): Promise<void> {
    return this.engine.remove();
  }

  /** Rows of a query in the groupware's database, one a line. */
  async sql(query: string): Promise<string> {
    const psql = [
      "/usr/lib/postgresql/17/bin/psql",
      "-XAtq",
      "-h",
      "/run/postgresql",
      "-U",
      "planb",
      "-d",
      groupwareDatabase,
    ];
    const { code, stdout, stderr } = await this.engine.exec("database", [...psql, "-c", query]);
    if (code !== 0) throw new Error(stderr);
    return stdout.trim();
  }
}
