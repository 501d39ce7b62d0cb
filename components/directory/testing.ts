import { Client, InvalidCredentialsError } from "ldapts";
import type { Workload } from "../../model/index.ts";
import { type Authority, authority, derive } from "../../model/index.ts";
import type { TestStack } from "../../test/contract/engine.ts";
import { adAdmin } from "../../test/fixtures/existing-ad/index.ts";
import { controllerName, existingAdWorkload, groupsDn, peopleDn } from "../existing-ad/workloads.ts";
import { type DirectoryConfig, directoryConfig } from "./config.ts";
import type { ExistingDirectory } from "./existing.ts";
import { type ServiceAccount, serviceDn, servicePasswords, suffix } from "./slapd.ts";
import { directoryName, directoryPort, directoryWorkload } from "./workloads.ts";

/** Master secret of the tests. */
export const testMaster = "m".repeat(43);
/** Public name of the offer in this test. */
export const hostName = "directory.test.localhost";
/** Port of the offer in this test. */
export const testPort = 17636;

/** Password of a service account or a system in this test. */
export const testPassword = (name: string): string => derive(testMaster, `directory/${name}/1`);

/**
 * A shadow directory without an AD behind, as a severed stack has it, published on a port of this host.
 *
 * @param passwordOf password of a service account
 */
export async function ownDirectory(
  ca: Authority,
  passwordOf: (name: ServiceAccount) => string,
  hostPort: number,
): Promise<Workload> {
  const { caPem } = ca;
  const nowhere: ExistingDirectory = {
    ...{ controllers: [], caPem, bindName: "", bindPassword: "", people: [], groups: [], inside: false },
  };
  const workload = directoryWorkload(directoryConfig.parse({ authority: "planb" }), nowhere, "", {
    caPem,
    ...(await ca.issue("directory/tls/1", [directoryName, "localhost"])),
    services: servicePasswords(passwordOf),
    systems: {},
  });
  return { ...workload, ports: [{ name: "ldaps", port: directoryPort, hostPort }] };
}

/** A directory on a port of this host, logged in as the steward. Unbind when done. */
export async function openAsSteward(caPem: string, hostPort: number, password: string): Promise<Client> {
  const client = new Client({ url: `ldaps://localhost:${hostPort}`, tlsOptions: { ca: [caPem] } });
  await client.bind(serviceDn("steward"), password);
  return client;
}

/** Runs a job as the steward at a directory on a port of this host. */
export async function asSteward<T>(
  caPem: string,
  hostPort: number,
  password: string,
  job: (client: Client) => Promise<T>,
): Promise<T> {
  const client = await openAsSteward(caPem, hostPort, password);
  try {
    return await job(client);
  } finally {
    await client.unbind().catch(() => undefined);
  }
}

/** How a bind ended: who was let in, or the LDAP result code, and in how many ms. */
export interface BindResult {
  readonly code: number;
  readonly ms: number;
}

/** A shadow directory beside a real AD on the engine, and what a test does with them. */
export class DirectoryWorld {
  readonly stack: TestStack;
  readonly ad: string;
  readonly directory: string;
  /** Root certificate that the directory's stands on, once started. */
  caPem = "";
  #existing: ExistingDirectory | undefined;

  constructor(stack: TestStack) {
    this.stack = stack;
    this.ad = `planb-${stack.stack}-existing-ad`;
    this.directory = `planb-${stack.stack}-directory`;
  }

  /** Makes the AD and waits for it. */
  async startAd(extraControllers: readonly string[] = []): Promise<void> {
    const ca = await authority(testMaster, "existing-ad/ca/1", "Demo Kommune AD CA");
    const leaf = await ca.issue("existing-ad/tls/1", [controllerName]);
    const secrets = {
      administrator: `Aa1-${derive(testMaster, "a/1")}`,
      bindPassword: `Aa1-${derive(testMaster, "b/1")}`,
    };
    const config = { memoryMiB: 256, cpu: 2, bulkUsers: 0, bulkGroups: 0 };
    await this.stack.run(existingAdWorkload(config, { caPem: ca.caPem, ...leaf, ...secrets }));
    this.#existing = {
      controllers: [...extraControllers, controllerName].map((host) => ({ host, port: 636 })),
      caPem: ca.caPem,
      bindName: "svc-planb@kommune.lan",
      bindPassword: secrets.bindPassword,
      people: [{ baseDn: peopleDn, filter: "(objectClass=*)" }],
      groups: [{ baseDn: groupsDn, filter: "(objectClass=*)" }],
      inside: true,
    };
    await this.stack.ready("existing-ad", 120);
  }

  /**
   * A connection to the AD itself, verified against its authority, as the sync makes it.
   *
   * @param name bind name. Default: the account that only reads
   */
  async adClient(name?: string, password?: string): Promise<Client> {
    const { NetworkSettings } = await this.stack.inspect("existing-ad");
    const [network] = Object.values(NetworkSettings.Networks);
    const existing = this.#existing;
    if (!existing) throw new Error("startAd first");
    const client = new Client({
      url: `ldaps://${network?.IPAddress}:636`,
      timeout: 20_000,
      tlsOptions: { ca: [String(existing.caPem)], servername: controllerName },
    });
    await client.bind(name ?? existing.bindName, password ?? String(existing.bindPassword));
    return client;
  }

  /** Starts something that takes connections on LDAPS and never says a word. */
  async startHangingController(host: string): Promise<void> {
    const workload: Workload = {
      name: "dc0",
      image: "existing-ad",
      ready: { tcp: 636 },
      publicNames: [host],
      ...{ memoryMiB: 64, cpu: 1, user: 1007, reachableFrom: ["directory"] },
    };
    const program = "import socket, time; s = socket.create_server(('', 636)); time.sleep(1e6)";
    await this.stack.run(workload, { entrypoint: ["python3", "-c", program] });
    await this.stack.ready("dc0");
  }

  /** Starts (or starts anew) the shadow directory with a configuration. */
  async startDirectory(section: Partial<DirectoryConfig> = {}, controllers?: readonly string[]): Promise<Workload> {
    const config = { ...directoryConfig.parse({ offer: { port: testPort, systems: ["wifi"] }, cpu: 2 }), ...section };
    const ca = await authority(testMaster, "ca/1", "Test");
    this.caPem = ca.caPem;
    const leaf = await ca.issue("directory/tls/1", ["directory", hostName]);
    const existing = this.#existing;
    if (!existing) throw new Error("startAd first");
    const reached = controllers
      ? { ...existing, controllers: controllers.map((host) => ({ host, port: 636 })) }
      : existing;
    const services = servicePasswords(testPassword);
    const systems = Object.fromEntries((config.offer?.systems ?? []).map((name) => [name, testPassword(name)]));
    const workload = directoryWorkload(config, reached, hostName, {
      caPem: ca.caPem,
      ...leaf,
      services,
      systems,
    });
    await this.stack.run(workload);
    await this.stack.ready("directory");
    return workload;
  }

  /** An unbound LDAP connection, through the published port as an everyday system opens it. */
  client(): Client {
    return new Client({
      url: `ldaps://127.0.0.1:${testPort}`,
      timeout: 20_000,
      connectTimeout: 5000,
      tlsOptions: { ca: [this.caPem], servername: hostName },
    });
  }

  /** Runs a job as one of the accounts. */
  async as<T>(dn: string, password: string, job: (client: Client) => Promise<T>): Promise<T> {
    const client = this.client();
    try {
      await client.bind(dn, password);
      return await job(client);
    } finally {
      await client.unbind().catch(() => undefined);
    }
  }

  /** Runs a job as a service account. */
  asService<T>(name: ServiceAccount, job: (client: Client) => Promise<T>): Promise<T> {
    return this.as(serviceDn(name), testPassword(name), job);
  }

  /** Tries a bind; code 0 is success. */
  async bind(dn: string, password: string): Promise<BindResult> {
    const client = this.client();
    const begin = performance.now();
    const done = (code: number) => ({ code, ms: Math.round(performance.now() - begin) });
    try {
      await client.bind(dn, password);
      return done(0);
    } catch (error) {
      if (error instanceof InvalidCredentialsError) return done(49);
      return done((error as { code?: number }).code ?? -1);
    } finally {
      await client.unbind().catch(() => undefined);
    }
  }

  /** Copies people of the AD as the sync would, and returns their DNs by login. */
  async copy(...logins: readonly string[]): Promise<Record<string, string>> {
    const dns: Record<string, string> = {};
    for (const login of logins) {
      const guid = await adAdmin(this.ad, "guid", login);
      const dn = `planbGuid=${guid},ou=people,${suffix}`;
      const seeAlso = await adAdmin(this.ad, "dn", login);
      await this.asService("steward", (client) =>
        client.add(dn, {
          objectClass: ["inetOrgPerson", "planbPerson"],
          planbGuid: guid,
          ...{ uid: login, cn: login, sn: login, o: "ad", seeAlso, planbState: "ok", planbPasswordKnown: "FALSE" },
        }),
      );
      dns[login] = dn;
    }
    return dns;
  }

  /** The stored values of attributes, read on the server's own socket, which nobody else reaches. */
  async stored(dn: string, ...attributes: readonly string[]): Promise<string[]> {
    const { stdout } = await this.stack.exec("directory", [
      ...["ldapsearch", "-Q", "-LLL", "-o", "ldif-wrap=no", "-Y", "EXTERNAL", "-H", "ldapi://%2Frun%2Fslapd%2Fldapi"],
      ...["-b", dn, "-s", "base", ...attributes],
    ]);
    return stdout
      .split("\n")
      .filter((line) => line.includes(": ") && !line.startsWith("dn"))
      .map((line) => {
        const [, name, coded, value] = /^([^:]+):(:?) (.*)$/.exec(line) ?? [];
        return `${name}: ${coded ? Buffer.from(value ?? "", "base64").toString("utf8") : value}`;
      });
  }
}
