import { Client } from "ldapts";
import { buildImages } from "../../../images/index.ts";
import { authority, derive, type Workload } from "../../../model/index.ts";
import { createRealmKeeper, type RealmKeeper, realmConfig } from "../../../steward/realm/index.ts";
import { TestStack } from "../../../test/contract/engine.ts";
import { askAccess, testAccess, testToken } from "../../access/testing.ts";
import { databaseConfig } from "../../database/config.ts";
import { databaseWorkload } from "../../database/workloads.ts";
import {
  baseLdif,
  changesLdif,
  type SlapdSettings,
  serviceAccounts,
  serviceDn,
  slapdConf,
} from "../../directory/slapd.ts";
import { ssoConfig } from "../config.ts";
import { totpSeed } from "../index.ts";
import { realmJson } from "../realm.ts";
import { ssoWorkload } from "../workloads.ts";

/** Master secret of the test; every secret is derived from it as in a stack. */
const master = "s".repeat(43);
/** Ports on this host that the test publishes. */
export const ports = { sso: 18_943, directory: 18_936, portal: 18_944, access: 18_945 } as const;
/** Where the login answers. */
export const loginOrigin = `https://localhost:${ports.sso}`;
/** Where the test's own service behind the login answers. */
export const portalOrigin = `https://localhost:${ports.portal}`;

/** A stack's identity as the components know it, with every public name on this host. */
const identity = {
  name: "test-sso",
  municipality: "Ærøskøbing & Omegns Kommune",
  domain: "localhost",
  language: "da",
  mode: "active",
  hostAddress: "127.0.0.1",
  httpPort: 80,
  httpsPort: ports.sso,
  hostName: () => "localhost",
  origin: (service: string) => (service === "login" ? loginOrigin : portalOrigin),
} as const;

const secret = (label: string) => derive(master, label);

/** Secrets of the realm, derived as the component does. */
export const realmSecrets = {
  steward: secret("keycloak/steward/1"),
  directory: secret("directory/keycloak/1"),
  groupwareClient: secret("groupware/oidc-client/1"),
  edgeClient: secret("edge/oidc-client/1"),
  breakGlassPassword: secret("keycloak/break-glass/1"),
  breakGlassTotp: totpSeed(secret("keycloak/break-glass-totp/1")),
  smokeTotp: totpSeed(secret("smoke/totp/1")),
};

/** Passwords are passed on to a controller that does not answer, as when AD is gone. */
const slapd: SlapdSettings = {
  controllers: [{ host: "gone.invalid", port: 636 }],
  rememberPasswords: true,
  lockAfter: 100,
  lockMinutes: 5,
  systems: [],
};

/** PostgreSQL, slapd and Keycloak on the engine, and the realm's keeper. */
export class SsoStack {
  readonly engine = new TestStack("sso");
  caPem = "";
  certificate = { certPem: "", keyPem: "" };
  readonly databasePassword = secret("database/keycloak/1");
  /** Lines the keeper logged. */
  readonly log: string[] = [];

  async start(): Promise<void> {
    await buildImages(() => {}, ["postgresql", "openldap", "keycloak"]);
    const ca = await authority(master, "ca/1", "Test");
    this.caPem = ca.caPem;
    this.certificate = await ca.issue("test/tls/1", ["sso", "localhost"]);
    const database = databaseWorkload(
      databaseConfig.parse({ memoryMiB: 256 }),
      [{ service: "sso", database: "keycloak" }],
      {
        caPem: ca.caPem,
        ...(await ca.issue("database/tls/1", ["database"])),
        passwords: { keycloak: secret("database/keycloak/1") },
      },
    );
    await this.engine.run(database);
    await this.engine.run(directoryWorkload(ca.caPem, await ca.issue("directory/tls/1", ["directory", "localhost"])));
    await this.engine.ready("database");
    await this.engine.ready("directory");
    await this.engine.run(this.#sso());
  }

  #sso(): Workload {
    const workload = ssoWorkload(
      ssoConfig.parse({}),
      identity,
      { host: "database", port: 5432, name: "keycloak", user: "keycloak" },
      {
        caPem: this.caPem,
        ...this.certificate,
        databasePassword: secret("database/keycloak/1"),
        stewardSecret: realmSecrets.steward,
        accessToken: testToken("sso"),
      },
    );
    return { ...workload, ports: [{ name: "https", port: 8443, hostPort: ports.sso }] };
  }

  /** Starts access, which counts guesses for all protocols; until then Keycloak counts alone. Answers on a port of this host. */
  async startAccess(): Promise<ReturnType<typeof askAccess>> {
    await buildImages(() => {}, ["access"]);
    const ca = await authority(master, "ca/1", "Test");
    const secondFactor = { requiredFor: [], methods: ["totp" as const] };
    await this.engine.run(await testAccess(ca, secret("directory/access/1"), ports.access, { secondFactor }));
    await this.engine.ready("access");
    return askAccess(this.caPem, ports.access);
  }

  /** Runs something in access's place that takes connections and never answers. */
  async hangAccess(): Promise<void> {
    const script = "IO::Socket::INET->new(LocalPort => 8443, Listen => 99) or die $!; sleep";
    const hanging = { image: "base", command: ["perl", "-MIO::Socket::INET", "-e", `$s = ${script}`] };
    const small = { memoryMiB: 32, cpu: 0.5, user: 1042, reachableFrom: [] };
    await this.engine.run({ ...hanging, ...small, name: "access", ready: { tcp: 8443, everySeconds: 1 } });
    await this.engine.ready("access");
  }

  /**
   * A keeper of the realm.
   *
   * @param section of the stack file. Default: nothing set
   */
  keeper(section: object = {}, authorityIs: "ad" | "planb" = "ad"): RealmKeeper {
    const json = realmJson(ssoConfig.parse(section), identity, { authority: authorityIs });
    const config = { ...realmConfig.parse(JSON.parse(json)), url: loginOrigin };
    return createRealmKeeper(config, realmSecrets, (line) => this.log.push(line), { caPem: this.caPem });
  }

  /** The shadow directory as the steward sees it. Unbind when done. */
  async directory(): Promise<Client> {
    const client = new Client({ url: `ldaps://localhost:${ports.directory}`, tlsOptions: { ca: [this.caPem] } });
    await client.bind(serviceDn("steward"), secret("directory/steward/1"));
    return client;
  }
}

function directoryWorkload(caPem: string, tls: { certPem: string; keyPem: string }): Workload {
  return {
    name: "directory",
    image: "openldap",
    files: {
      "ca.pem": caPem,
      "tls/cert.pem": tls.certPem,
      "slapd.conf": slapdConf(slapd),
      "base.ldif": baseLdif(slapd),
      "changes.ldif": changesLdif(slapd),
      controllers: "ldaps://gone.invalid:636\n",
      "existing-ad/ca.pem": caPem,
    },
    secretFiles: {
      "tls/key.pem": tls.keyPem,
      ...Object.fromEntries(serviceAccounts.map((name) => [`secrets/services/${name}`, secret(`directory/${name}/1`)])),
    },
    volumes: [{ name: "data", path: "/data", sizeGiB: 1, backup: { none: "a test" } }],
    ports: [{ name: "ldaps", port: 1636, hostPort: ports.directory }],
    ready: { exec: ["directory-ready"], everySeconds: 2 },
    memoryMiB: 256,
    cpu: 1,
    user: 1004,
    writablePaths: ["/tmp", "/run/slapd"],
    reachableFrom: ["sso", "access"],
  };
}
