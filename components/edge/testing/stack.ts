import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "ldapts";
import { stackIdentity } from "../../../config/index.ts";
import { buildImages } from "../../../images/index.ts";
import { identityKey } from "../../../model/identity-headers.ts";
import { type Authority, authority, type Certificate, derive, type Workload } from "../../../model/index.ts";
import type { RealmSecrets } from "../../../steward/realm/config.ts";
import { connect } from "../../../steward/realm/connect.ts";
import { createRealmKeeper, type RealmKeeper, realmConfig } from "../../../steward/realm/index.ts";
import { TestStack } from "../../../test/contract/engine.ts";
import { databaseConfig } from "../../database/config.ts";
import { databaseWorkload } from "../../database/workloads.ts";
import { openAsSteward, ownDirectory } from "../../directory/testing.ts";
import { portalConfig } from "../../portal/config.ts";
import { ownServices, portalRoute, portalWorkload } from "../../portal/workloads.ts";
import { ssoConfig } from "../../sso/config.ts";
import { totpSeed } from "../../sso/index.ts";
import { realmJson } from "../../sso/realm.ts";
import { ssoWorkload } from "../../sso/workloads.ts";
import { checkOwnKey, publicRoots, readOwnCertificate } from "../certificate.ts";
import { edgeSecretConf } from "../conf/index.ts";
import { type EdgeConfig, edgeConfig } from "../config.ts";
import { loginRoute } from "../routes.ts";
import { edgeWorkload } from "../workloads.ts";

const master = "g".repeat(43);
const secret = (label: string) => derive(master, label);
const directoryPassword = (name: string) => secret(`directory/${name}/1`);
const databasePassword = secret("database/keycloak/1");
const directoryPort = 17_937;
const ssoPort = 18_946;

/** The stack's identity, on ports apart from a running demo. */
export const identity = stackIdentity("test-gate", {
  municipality: 'Ærøskøbing "By & Land"',
  domain: "gate.localhost",
  language: "da",
  mode: "active",
  host: { address: "127.0.0.1", httpPort: 18_082, httpsPort: 18_445 },
});

/** The start page is at a second name too, as a service of its own would be. */
const routes = [
  loginRoute(identity, ["0.0.0.0/0"]),
  portalRoute,
  { ...portalRoute, service: "another", host: "anden" },
];
/** The public names. */
export const hosts = routes.map((route) => identity.hostName(route.host));
const key = identityKey(secret("edge/identity-headers/1"));

/** Edge and portal with the real login behind: database, shadow directory, Keycloak. No existing AD, no steward. */
export class GateStack {
  readonly engine = new TestStack("gate");
  caPem = "";
  #ca: Authority | undefined;
  #keeper: RealmKeeper | undefined;

  async start(): Promise<void> {
    await buildImages(() => {}, ["postgresql", "openldap", "keycloak", "edge", "portal"]);
    const ca = await authority(master, "ca/1", "Test");
    const { caPem } = ca;
    this.caPem = caPem;
    this.#ca = ca;
    const leaf = (name: string, names?: string[]) => this.#leaf(name, names);
    const passwords = { keycloak: databasePassword };
    const clients = [{ service: "sso", database: "keycloak" }];
    const database = databaseWorkload(databaseConfig.parse({}), clients, { ...(await leaf("database")), passwords });
    await this.engine.run(database);
    await this.engine.run(await ownDirectory(ca, directoryPassword, directoryPort));
    await this.engine.ready("database");
    await this.engine.ready("directory");
    await this.#runInner(caPem);
    await this.#runEdge(edgeConfig.parse({}), await ca.issue("edge/tls/1", hosts));
  }

  /**
   * The municipality puts in its own certificate, as its stack file says: `edge.certificate` of kind `file`, and the key as
   * the given secret. The certificate is for all names below the domain, with the authority's own after it in the file.
   */
  async useOwnCertificate(town: Authority): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), "planb-test-gate-"));
    const before = process.env["PLANB_STACKS_DIR"];
    process.env["PLANB_STACKS_DIR"] = folder;
    try {
      const own = await town.issue("town/1", [`*.${identity.domain}`]);
      await writeFile(join(folder, "chain.pem"), own.certPem + town.caPem);
      await writeFile(join(folder, "root.pem"), town.caPem);
      const config = edgeConfig.parse({ certificate: { kind: "file", chain: "chain.pem", root: "root.pem" } });
      const roots = publicRoots(identity.name, config.certificate);
      const certPem = readOwnCertificate(identity.name, "chain.pem", hosts);
      await this.#runInner(this.caPem + roots);
      await this.#runEdge(config, { certPem, keyPem: checkOwnKey(certPem, own.keyPem) });
    } finally {
      if (before === undefined) delete process.env["PLANB_STACKS_DIR"];
      else process.env["PLANB_STACKS_DIR"] = before;
      await rm(folder, { recursive: true });
    }
  }

  /** Keycloak and the portal, which come to edge by the public names too. @param caPem what they trust */
  async #runInner(caPem: string): Promise<void> {
    const sso = ssoWorkload(
      ssoConfig.parse({}),
      identity,
      { host: "database", port: 5432, name: "keycloak", user: "keycloak" },
      {
        ...(await this.#leaf("sso", ["sso", "localhost"])),
        ...{ caPem, databasePassword },
        stewardSecret: secret("keycloak/steward/1"),
        accessToken: secret("access/sso/1"),
      },
    );
    await this.engine.run(publish(sso, ssoPort));
    const portal = portalWorkload({
      identity,
      config: portalConfig.parse({ help: { phone: "57 62 62 62" } }),
      services: ownServices(identity),
      ...(await this.#leaf("portal")),
      ...{ caPem, identityKey: key },
    });
    await this.engine.run(portal);
  }

  /** Edge, which shows a certificate; then all that is behind is waited for. */
  async #runEdge(config: EdgeConfig, certificate: Certificate): Promise<void> {
    const secretConf = edgeSecretConf({
      identityKey: key,
      clientSecret: secret("edge/oidc-client/1"),
      passphrase: secret("edge/session/1"),
      accessToken: secret("access/edge/1"),
    });
    await this.engine.run(edgeWorkload({ identity, config, routes, caPem: this.caPem, ...certificate, secretConf }));
    await this.engine.ready("edge");
    await this.engine.ready("portal");
    await this.engine.ready("sso", 240);
  }

  async #leaf(name: string, names: readonly string[] = [name]): Promise<Certificate & { caPem: string }> {
    if (!this.#ca) throw new Error("start first");
    return { caPem: this.caPem, ...(await this.#ca.issue(`${name}/tls/1`, names)) };
  }

  /** The realm's keeper, as the steward has it; it comes by a port of its own here. */
  keeper(): RealmKeeper {
    const json = realmJson(ssoConfig.parse({}), identity, { authority: "planb" }, undefined, ["start", "anden"]);
    const config = { ...realmConfig.parse(JSON.parse(json)), url: `https://localhost:${ssoPort}` };
    const secrets = {
      steward: secret("keycloak/steward/1"),
      directory: directoryPassword("keycloak"),
      edgeClient: secret("edge/oidc-client/1"),
      breakGlassPassword: secret("keycloak/break-glass/1"),
      breakGlassTotp: totpSeed(secret("keycloak/break-glass-totp/1")),
      groupwareClient: secret("groupware/oidc-client/1"),
      smokeTotp: totpSeed(secret("smoke/totp/1")),
    };
    this.#keeper ??= createRealmKeeper(config, secrets, () => {}, { caPem: this.caPem });
    return this.#keeper;
  }

  /** Ends all sessions of a person, as when they are disabled. */
  async endSessions(username: string): Promise<void> {
    const secrets = { steward: secret("keycloak/steward/1") } as RealmSecrets;
    const connection = connect({ url: `https://localhost:${ssoPort}` }, secrets, this.caPem);
    await connection.run("ending sessions", async (admin) => {
      const [user] = await admin.users.find({ username, exact: true });
      await admin.users.logout({ id: user?.id ?? "" });
    });
    await connection.close();
  }

  /** The shadow directory as the steward sees it. Unbind when done. */
  directory(): Promise<Client> {
    return openAsSteward(this.caPem, directoryPort, directoryPassword("steward"));
  }

  async remove(): Promise<void> {
    await this.#keeper?.close();
    await this.engine.remove();
  }
}

const publish = (workload: Workload, hostPort: number): Workload => ({
  ...workload,
  ports: (workload.ports ?? []).slice(0, 1).map((port) => ({ ...port, hostPort })),
});
