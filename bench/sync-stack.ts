import { existsSync, mkdirSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { directoryConfig } from "../components/directory/config.ts";
import { servicePasswords } from "../components/directory/slapd.ts";
import { stewardJson } from "../components/directory/steward.ts";
import { directoryWorkload } from "../components/directory/workloads.ts";
import { demoConfig } from "../components/existing-ad/config.ts";
import {
  bindName,
  controllerName,
  existingAdName,
  existingAdWorkload,
  groupsDn,
  peopleDn,
} from "../components/existing-ad/workloads.ts";
import { stewardConfig } from "../components/steward/config.ts";
import { stewardWorkload } from "../components/steward/workloads.ts";
import { stackIdentity } from "../config/index.ts";
import { cacheFolder } from "../images/folders.ts";
import { buildImages, imageRefs } from "../images/index.ts";
import { appPasswordFrom, authority, derive, type Workload } from "../model/index.ts";
import type { DirectoryStatus } from "../model/status.ts";
import { dockerName } from "../platform/docker/render.ts";
import { groupAttributes, personAttributes } from "../steward/directory/ad-entries.ts";
import type { PassReport } from "../steward/directory/index.ts";
import { TestStack } from "../test/contract/engine.ts";
import { tell } from "./stack.ts";

/** What the Active Directory of the bench holds beside the demo's own staff. */
export const bulk = { users: 10_000, groups: 1_000 } as const;

const part = "bench-sync";
const master = "b".repeat(43);
const seedSeconds = 3600;

interface Workloads {
  readonly ad: Workload;
  readonly directory: Workload;
  readonly steward: Workload;
}

/** Existing AD, shadow directory and steward as the components declare them, the realm left out. */
async function workloads(): Promise<Workloads> {
  const existingAd = demoConfig.parse({ existingAd: { bulkUsers: bulk.users, bulkGroups: bulk.groups } }).existingAd;
  if (existingAd === undefined) throw new Error("the schema lost the section demo.existingAd");
  const [ours, theirs] = [await authority(master, "ca/1", "Bench"), await authority(master, "ad/1", "Bench AD")];
  const secret = (label: string) => derive(master, label);
  const adPassword = `Aa1-${secret("ad/bind/1")}`;
  const identity = stackIdentity("bench", {
    municipality: "Bench",
    domain: "bench.localhost",
    language: "da",
    mode: "active",
    host: { address: "127.0.0.1", httpPort: 1, httpsPort: 2 },
  });
  const existing = {
    controllers: [{ host: controllerName, port: 636 }],
    caPem: theirs.caPem,
    bindName,
    bindPassword: adPassword,
    people: [{ baseDn: peopleDn, filter: "(objectClass=*)" }],
    groups: [{ baseDn: groupsDn, filter: "(objectClass=*)" }],
    inside: true,
  };
  // Passes are begun by hand, so that each is measured alone.
  const config = directoryConfig.parse({ everySeconds: 3600 });
  const services = servicePasswords((name) => secret(`directory/${name}/1`));
  const duties = {
    stack: "bench",
    municipality: "Bench",
    services: [],
    probes: [],
    smoke: { uid: "planb-proeve", displayName: "Planb Prøve" },
    readers: [],
    egress: [],
  };
  return {
    ad: existingAdWorkload(existingAd, {
      caPem: theirs.caPem,
      ...(await theirs.issue("ad/tls/1", [controllerName])),
      administrator: `Aa1-${secret("ad/administrator/1")}`,
      bindPassword: adPassword,
    }),
    directory: directoryWorkload(config, existing, "directory.bench.localhost", {
      caPem: ours.caPem,
      ...(await ours.issue("directory/tls/1", ["directory"])),
      services,
      systems: {},
    }),
    steward: stewardWorkload(stewardConfig.parse({}), duties, {
      caPem: ours.caPem,
      ...(await ours.issue("steward/tls/1", ["steward"])),
      smokePassword: secret("smoke/password/1"),
      smokeAppPassword: appPasswordFrom(secret("smoke/app-password/1")).text,
      handed: [
        {
          files: { "directory.json": stewardJson(config, existing, identity), "directory/ad-ca.pem": theirs.caPem },
          secretFiles: { "secrets/ad-bind": adPassword, "secrets/directory-steward": services.steward },
        },
      ],
    }),
  };
}

/** Keeps the domain's volume outside the engine: to make 10,000 people takes minutes. */
const cacheFile = (adImage: string): string =>
  join(cacheFolder(), "bench", `ad-${adImage.replace(/.*:/, "")}-${bulk.users}-${bulk.groups}.tar`);

const volume = dockerName(`test-${part}`, existingAdName, "state");

async function tar(image: string, file: string, way: "in" | "out"): Promise<void> {
  const mounts = ["-v", `${volume}:/state`, "-v", `${dirname(file)}:/cache`];
  const common = ["run", "--rm", "--user", "0:0", "--network", "none", "--entrypoint", "tar", ...mounts, image];
  const name = file.slice(dirname(file).length + 1);
  await execa(
    "docker",
    way === "in"
      ? [...common, "-xf", `/cache/${name}`, "-C", "/state"]
      : [...common, "-cf", `/cache/${name}`, "-C", "/state", "."],
  );
}

/** The three containers of the bench. */
export interface SyncStack {
  /** Empties the shadow directory and lets a freshly started steward copy everything. */
  firstPass(): Promise<PassReport>;
  /** Changes people in AD, and runs a pass. */
  delta(people: number): Promise<PassReport>;
  /** Seconds that plain `ldapsearch` takes for the same entries and attributes, and how many it read. */
  plainRead(): Promise<{ readonly seconds: number; readonly entries: number }>;
  remove(): Promise<void>;
}

/** Starts the Active Directory of the bench, from the cache where it was made before. */
export async function startSyncStack(): Promise<SyncStack> {
  await buildImages(
    ({ image, state }) => state === "started" && tell(`image ${image}`),
    ["existing-ad", "openldap", "steward"],
  );
  const { ad, directory, steward } = await workloads();
  const stack = new TestStack(part);
  const image = imageRefs()["existing-ad"] ?? "";
  await startAd(stack, ad, image);
  let changed = 0;
  return {
    async firstPass() {
      await stack.run(directory);
      await stack.ready("directory");
      await emptied(stack, directory);
      await stack.run(steward);
      return pass(stack, "full");
    },
    async delta(people) {
      changed++;
      for (let n = 1; n <= people; n++) {
        const login = `b${String(n + changed * people).padStart(5, "0")}`;
        await admin(stack, "set", login, "title", `Titel ${changed}`);
      }
      await ok(stack, steward.name, ["steward", "sync", "--delta"]);
      return pass(stack, "delta");
    },
    async plainRead() {
      const begin = performance.now();
      const read = async (baseDn: string, filter: string, attributes: readonly string[]): Promise<number> => {
        const script = [
          "export LDAPTLS_CACERT=/config/existing-ad/ca.pem; url=$1 name=$2 secret=$3 base=$4 filter=$5; shift 5",
          'exec ldapsearch -LLL -o ldif-wrap=no -E pr=1000/noprompt -x -H "$url" -D "$name" -y <(printf %s "$secret") -b "$base" "$filter" "$@"',
        ].join("\n");
        const secret = String(steward.secretFiles?.["secrets/ad-bind"] ?? "");
        const args = [`ldaps://${controllerName}:636`, bindName, secret, baseDn, filter, ...attributes];
        return (await ok(stack, "directory", ["bash", "-c", script, "bash", ...args])).match(/^dn:/gm)?.length ?? 0;
      };
      const people = await read(peopleDn, "(objectCategory=person)", personAttributes);
      const groups = await read(groupsDn, "(objectClass=group)", groupAttributes);
      return { seconds: (performance.now() - begin) / 1000, entries: people + groups };
    },
    remove: () => stack.remove(),
  };
}

async function startAd(stack: TestStack, ad: Workload, image: string): Promise<void> {
  const file = cacheFile(image);
  mkdirSync(dirname(file), { recursive: true });
  await execa("docker", ["volume", "rm", "-f", volume]);
  if (existsSync(file)) {
    await execa("docker", ["volume", "create", "--label", `io.planb.stack=${stack.stack}`, volume]);
    await tar(image, file, "in");
  } else tell(`making a domain of ${bulk.users} people and ${bulk.groups} groups; kept for the next run`);
  await stack.run(ad);
  await stack.ready(existingAdName, seedSeconds);
  if (existsSync(file)) return;
  const container = stack.docker.getContainer(dockerName(stack.stack, existingAdName));
  await container.stop({ t: 30 });
  await tar(image, `${file}.new`, "out");
  renameSync(`${file}.new`, file);
  await container.start();
  await stack.ready(existingAdName);
}

/** Throws the shadow directory's data away and starts it anew. */
async function emptied(stack: TestStack, directory: Workload): Promise<void> {
  await ok(stack, directory.name, ["bash", "-c", "rm -rf /data/db/*"]);
  await stack.run(directory);
  await stack.ready(directory.name);
}

async function ok(stack: TestStack, workload: string, command: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await stack.exec(workload, command);
  if (code !== 0) throw new Error(`${workload}: ${command[0]} ended with ${code}: ${stdout.slice(-500)}${stderr}`);
  return stdout;
}

const admin = (stack: TestStack, ...verb: string[]) => ok(stack, existingAdName, ["ad-admin", ...verb]);

/** Waits for the report of the pass that is on. */
async function pass(stack: TestStack, kind: PassReport["kind"]): Promise<PassReport> {
  for (let attempt = 0; attempt < 1200; attempt++) {
    const { code, stdout } = await stack.exec("steward", ["steward", "status", "--json"]);
    const directory = code === 0 ? (JSON.parse(stdout) as { directory?: DirectoryStatus }).directory : undefined;
    if (directory?.state === "unreachable") throw new Error(directory.message);
    if (directory?.lastPass?.kind === kind) return directory.lastPass;
    await sleep(500);
  }
  throw new Error(`no ${kind} pass in 10 min:\n${await stack.logs("steward")}`);
}
