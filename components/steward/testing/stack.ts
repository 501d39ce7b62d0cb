import { buildImages } from "../../../images/index.ts";
import { appPasswordFrom, authority, derive, type Workload } from "../../../model/index.ts";
import type { DirectoryConfigInput } from "../../../steward/directory/index.ts";
import { TestStack } from "../../../test/contract/engine.ts";
import { directoryConfig } from "../../directory/config.ts";
import type { ExistingDirectory } from "../../directory/existing.ts";
import { servicePasswords } from "../../directory/slapd.ts";
import { directoryWorkload } from "../../directory/workloads.ts";
import {
  bindName,
  controllerName,
  domainDn,
  existingAdWorkload,
  groupsDn,
  peopleDn,
} from "../../existing-ad/workloads.ts";
import { stewardConfig } from "../config.ts";
import { stewardWorkload } from "../workloads.ts";

const master = "m".repeat(43);
const administrator = "Administrator-Kodeord-1";
const bindPassword = "Svc-Planb-Kodeord-1";

/** Everyone's password in the fixture. */
export const fixturePassword = "Velkommen-2026";

/** A result of a command in the steward. */
export interface StewardAnswer {
  readonly code: number;
  readonly text: string;
}

/** An existing AD, the shadow directory and the steward on an engine, without the rest of a stack. */
export class StewardStack {
  readonly stack: TestStack;
  readonly #bulk: { readonly users: number; readonly groups: number };
  #steward: ((settings: Partial<DirectoryConfigInput>, change?: StewardChange) => Promise<Workload>) | undefined;

  /** @param bulk how many people and groups to make up besides the fixture's staff */
  constructor(part: string, bulk = { users: 0, groups: 0 }) {
    this.stack = new TestStack(part);
    this.#bulk = bulk;
  }

  /** Starts the AD and the shadow directory; the steward is started by {@link steward}. */
  async start(adSeconds = 120): Promise<void> {
    await buildImages(() => undefined, ["existing-ad", "openldap", "steward"]);
    const ca = await authority(master, "ca/1", "Test");
    const adCa = await authority(master, "existing-ad/ca/1", "Kommune AD");
    const password = (name: string): string => derive(master, `directory/${name}/1`);
    const adLeaf = await adCa.issue("existing-ad/tls/1", [controllerName]);
    const ad = existingAdWorkload(
      { memoryMiB: 2048, cpu: 2, bulkUsers: this.#bulk.users, bulkGroups: this.#bulk.groups },
      { caPem: adCa.caPem, ...adLeaf, administrator, bindPassword },
    );
    const existing: ExistingDirectory = {
      controllers: [
        { host: "dc0.kommune.lan", port: 636 },
        { host: controllerName, port: 636 },
      ],
      caPem: adCa.caPem,
      bindName,
      bindPassword,
      people: [{ baseDn: peopleDn, filter: "(objectClass=*)" }],
      groups: [{ baseDn: groupsDn, filter: "(objectClass=*)" }],
      inside: true,
    };
    const leaf = await ca.issue("directory/tls/1", ["directory"]);
    const services = servicePasswords(password);
    const settings = directoryConfig.parse({ guessing: { lockAfter: 20 } });
    const shadow = directoryWorkload(settings, existing, "directory.example", {
      caPem: ca.caPem,
      ...leaf,
      services,
      systems: {},
    });
    await this.stack.run(ad);
    await this.stack.ready("existing-ad", adSeconds);
    await this.stack.run(shadow);
    await this.stack.ready("directory");
    const own = await ca.issue("steward/tls/1", ["steward"]);
    this.#steward = async (changes, change = {}) => {
      const json: DirectoryConfigInput = {
        controllers: ["ldaps://dc0.kommune.lan", "ldaps://dc1.kommune.lan"],
        bindDn: existing.bindName,
        people: existing.people.map((base) => ({ ...base })),
        groups: existing.groups.map((base) => ({ ...base })),
        everySeconds: 3600,
        coverage: { targetPercent: 50, groups: ["G-It"] },
        codes: { municipality: "Demo Kommune", loginUrl: "https://start.demo.localhost" },
        ...changes,
      };
      const handed = {
        files: { "directory.json": JSON.stringify(json), "directory/ad-ca.pem": change.adCaPem ?? adCa.caPem },
        secretFiles: {
          "secrets/ad-bind": change.bindPassword ?? bindPassword,
          "secrets/directory-steward": services.steward,
        },
      };
      const duties = {
        stack: "test",
        municipality: "Demo Kommune",
        services: [],
        probes: [],
        smoke: { uid: "planb-proeve", displayName: "Planb Prøve" },
        readers: ["portal"],
        egress: [],
      };
      const material = {
        caPem: ca.caPem,
        ...own,
        smokePassword: derive(master, "smoke/password/1"),
        smokeAppPassword: appPasswordFrom(derive(master, "smoke/app-password/1")).text,
        handed: [handed],
      };
      return stewardWorkload(stewardConfig.parse({ cpu: change.cpu ?? 1 }), duties, material);
    };
  }

  /** Starts the steward, or starts it anew with other settings. */
  async steward(settings: Partial<DirectoryConfigInput> = {}, change: StewardChange = {}): Promise<void> {
    if (!this.#steward) throw new Error("start the stack first");
    await buildImages(() => undefined, ["steward"]);
    await this.stack.run(await this.#steward(settings, change));
    await this.stack.ready("steward");
  }

  /** A command of the steward. */
  async command(...words: string[]): Promise<StewardAnswer> {
    const { code, stdout, stderr } = await this.stack.exec("steward", ["steward", ...words]);
    return { code, text: stdout + stderr };
  }

  /** A command of the steward that answers in JSON. */
  async json<T>(...words: string[]): Promise<T> {
    const { code, stdout, stderr } = await this.stack.exec("steward", ["steward", ...words, "--json"]);
    if (stdout === "") throw new Error(`steward ${words.join(" ")}: ${code} ${stderr}`);
    return JSON.parse(stdout) as T;
  }

  /** What an administrator of the existing directory does. */
  async ad(...words: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.stack.exec("existing-ad", ["ad-admin", ...words]);
    if (code !== 0) throw new Error(`ad-admin ${words.join(" ")}: ${stderr}`);
    return stdout.trim();
  }

  /** Sets an attribute of the existing domain itself, e.g. how long a lock lasts. */
  async policy(name: string, value: string): Promise<void> {
    const ldif = `dn: ${domainDn}\nchangetype: modify\nreplace: ${name}\n${name}: ${value}\n`;
    const root = "LD_PRELOAD=libuid_wrapper.so UID_WRAPPER=1 UID_WRAPPER_ROOT=1";
    const script = `printf %s "$1" | ${root} ldbmodify -H /state/ad/private/sam.ldb`;
    const { code, stderr, stdout } = await this.stack.exec("existing-ad", ["bash", "-c", script, "-", ldif]);
    if (code !== 0) throw new Error(stdout + stderr);
  }

  /** Entries of the shadow directory as its owner sees them, one text of LDIF. */
  async entries(filter: string, ...attributes: string[]): Promise<string> {
    const { stdout, stderr, code } = await this.#ldap(
      "ldapsearch",
      "-LLL",
      "-o",
      "ldif-wrap=no",
      "-b",
      "dc=planb",
      filter,
      ...attributes,
    );
    if (code !== 0) throw new Error(stderr);
    // What is not ASCII comes in base64.
    return stdout.replaceAll(/^([\w;-]+):: (.+)$/gm, (_, name: string, value: string) => {
      return `${name}: ${Buffer.from(value, "base64").toString("utf8")}`;
    });
  }

  /** Resolves as soon as more than so many people are copied. */
  async written(people: number): Promise<void> {
    const search = "ldapsearch -Q -LLL -Y EXTERNAL -H ldapi://%2Frun%2Fslapd%2Fldapi -b ou=people,dc=planb (o=ad) 1.1";
    const script = `until [ "$(${search} | grep -c ^dn:)" -gt ${people} ]; do :; done`.replace("(o=ad)", "'(o=ad)'");
    await this.stack.exec("directory", ["timeout", "90", "bash", "-c", script]);
  }

  /** Changes the shadow directory as its owner. */
  async change(ldif: string): Promise<void> {
    const script = `printf %s "$1" | ldapmodify -Q -Y EXTERNAL -H ldapi://%2Frun%2Fslapd%2Fldapi`;
    const { code, stderr } = await this.stack.exec("directory", ["bash", "-c", script, "-", ldif]);
    if (code !== 0) throw new Error(stderr);
  }

  /** Whether a bind at the shadow directory succeeds. */
  async binds(dn: string, password: string): Promise<boolean> {
    const script = 'LDAPTLS_CACERT=/config/ca.pem ldapwhoami -x -H ldaps://directory:1636 -D "$1" -w "$2"';
    const { code } = await this.stack.exec("directory", ["bash", "-c", script, "-", dn, password]);
    return code === 0;
  }

  /** DN of a person of the shadow directory, by login name. */
  async dn(uid: string): Promise<string> {
    const found = /^dn: (.+)$/m.exec(await this.entries(`(&(objectClass=planbPerson)(uid=${uid}))`, "1.1"))?.[1];
    if (found === undefined) throw new Error(`nobody here is called ${uid}`);
    return found;
  }

  #ldap(tool: string, ...words: string[]) {
    return this.stack.exec("directory", [
      tool,
      "-Q",
      "-Y",
      "EXTERNAL",
      "-H",
      "ldapi://%2Frun%2Fslapd%2Fldapi",
      ...words,
    ]);
  }
}

/** What a test gives the steward otherwise, e.g. wrongly on purpose. */
export interface StewardChange {
  /** Cores it may use; few make it slow. */
  readonly cpu?: number;
  readonly adCaPem?: string;
  readonly bindPassword?: string;
}
