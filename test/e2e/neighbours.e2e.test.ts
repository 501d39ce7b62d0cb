import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Docker from "dockerode";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { demoMaster } from "../../cli/keys.ts";
import { openStack } from "../../cli/stack.ts";
import { authority, derive } from "../../model/index.ts";
import { removeThings } from "../../platform/docker/operate.ts";
import type { Clerk } from "./support/clerk.ts";
import { eventually, openRunning, planb, type RunningStack, steward } from "./support/demo.ts";
import { OwnStack } from "./support/own-stack.ts";
import { root } from "./support/root.ts";
import { Staff } from "./support/staff.ts";

const name = "test-nabo";
const municipality = `Nabo "By" & Omegn's Kommune`;

/** A second municipality on the same host. It says itself where its AD is, and is wrong about it at first. */
const stackFile = (controller: string) => `
municipality: '${municipality.replaceAll("'", "''")}'
domain: nabo.localhost
mode: active
host: {address: 127.0.0.1, httpPort: 19080, httpsPort: 19443}
directory:
  everySeconds: 5
  existing:
    controllers: [${controller}]
    caFile: ${name}-ca.pem
    bindName: svc-planb@kommune.lan
    peopleBaseDns: ["OU=Brugere,OU=Kommune,DC=kommune,DC=lan"]
    groupBaseDns: ["OU=Grupper,OU=Kommune,DC=kommune,DC=lan"]
demo: {existingAd: {}}
`;

interface Status {
  readonly directory?: { readonly state: string; readonly message?: string; readonly people: number };
}

const own = new OwnStack(name);
const authorities = (pem: string) => own.write(pem, "-ca.pem");
const docker = new Docker();
const ofStack = (stack: string) => ({ filters: { label: [`io.planb.stack=${stack}`] } });

describe("two municipalities on one host", () => {
  let demo: RunningStack;
  let neighbour: RunningStack;
  let clerk: Clerk;

  const bindPassword = async (password: string) =>
    (await openStack(name)).pulumi.write(password, "config", "set", "--secret", "planb:adBindPassword");
  const up = async () => {
    neighbour = await own.up();
  };
  const directory = async () => {
    const { stdout } = await neighbour.engine.exec("steward", ["steward", "status", "--json"]);
    return (JSON.parse(stdout) as Status).directory;
  };

  beforeAll(async () => {
    demo = await openRunning();
    await own.clear();
    authorities(demo.outputs.caPem); // but not that of its AD
    own.write(stackFile("dc9.kommune.lan"));
  });
  afterAll(() => own.destroy());

  it("says which secret is missing, before anything is changed", async () => {
    const run = await planb("up", name, "--yes");
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toMatch(/planb:adBindPassword/);
    expect(await own.containers()).toEqual([]);
  });

  it("comes up beside the other though no controller answers, and says so", async () => {
    await bindPassword("ikke det rigtige");
    await up();
    const seen = await eventually(directory, 20);
    expect(seen?.state).toBe("unreachable");
    expect(seen?.message).toMatch(/dc9\.kommune\.lan/);
  });

  it("says that it does not trust a controller whose authority it was not told", async () => {
    own.write(stackFile("dc1.kommune.lan"));
    await up();
    await eventually(async () => expect((await directory())?.message).toMatch(/certificate|authority|caFile/i), 30);
  });

  it("says that the bind account's password is wrong", async () => {
    const ca = await authority(demoMaster(name), "existing-ad/ca/1", "Demo Kommune AD CA");
    authorities(ca.caPem);
    await up();
    await eventually(async () => expect((await directory())?.message).toMatch(/password|credentials/i), 30);
  });

  it("copies its people once all is right, and a clerk logs in", async () => {
    await bindPassword(`Aa1-${derive(demoMaster(name), "existing-ad/svc-planb/1")}`);
    await up();
    await eventually(async () => expect((await directory())?.people).toBeGreaterThan(30), 60);
    clerk = new Staff(neighbour).known("bodnyg03");
    await eventually(async () => expect((await clerk.logIn()).page.body).toContain("Bodil Nygård"), 60);
  });

  it("shares no network, volume or port with the other, and cannot reach it", async () => {
    const of = async (stack: string) => {
      const containers = await docker.listContainers({ all: true, ...ofStack(stack) });
      return {
        networks: containers.flatMap((c) => Object.keys(c.NetworkSettings.Networks)),
        volumes: containers.flatMap((c) => c.Mounts.map((m) => m.Name)),
        ports: containers.flatMap((c) => c.Ports.flatMap((p) => p.PublicPort ?? [])),
      };
    };
    const [ours, theirs] = [await of(name), await of("demo")];
    for (const kind of ["networks", "volumes", "ports"] as const) {
      const shared = (ours[kind] as unknown[]).filter((each) => (theirs[kind] as unknown[]).includes(each));
      expect(shared, kind).toEqual([]);
    }
    const addresses: string[] = [];
    for (const { name: workload } of demo.outputs.workloads) {
      const { NetworkSettings } = await demo.engine.inspect(workload);
      for (const { IPAddress } of Object.values(NetworkSettings.Networks)) {
        for (const port of [8443, 1636, 5432, 18443, 9100, 636]) addresses.push(`${IPAddress}/${port}`);
      }
    }
    for (const { name: workload } of neighbour.outputs.workloads) {
      const script = addresses.map((a) => `(timeout 1 bash -c '</dev/tcp/${a}' 2>/dev/null && echo ${a}) &`).join("\n");
      const { stdout } = await neighbour.engine.exec(workload, ["bash", "-c", `${script}\nwait`]);
      expect(stdout, `${workload} reaches`).toBe("");
    }
  });

  it("sleeps with its data, and wakes with it", async () => {
    expect((await planb("mode", name, "dormant", "--yes")).exitCode).toBe(0);
    expect(await own.containers()).toEqual([]);
    expect((await own.volumes()).length).toBeGreaterThan(2);
    const awake = await planb("mode", name, "active", "--yes");
    expect(awake.exitCode, awake.stderr).toBe(0);
    neighbour = await openRunning(name);
    const again = new Staff(neighbour).known("bodnyg03");
    again.seed = clerk.seed;
    await eventually(async () => expect((await again.logIn()).page.body).toContain("Bodil Nygård"), 60);
    expect(again.seed, "not asked to enrol anew").toBe(clerk.seed);
    expect(await steward(neighbour, "coverage")).toMatch(/all: [1-9]/);
  });

  /** The block of commands on the page on operation that begins so, for this stack and another folder of backups. */
  const commandsOf = (begin: string, backup: string) => {
    const blocks = readFileSync(join(root, "docs", "operate.md"), "utf8").split(/\n(?! {4})/);
    const block = blocks.find((text) => text.trim().startsWith(begin)) ?? "";
    return block.replaceAll("ringsted", name).replaceAll('"/backup/', `"${backup}/`);
  };

  it("comes back from a backup by hand, as the page on operation says, after its data was lost", async () => {
    const backup = mkdtempSync(join(tmpdir(), "planb-backup-"));
    const run = async (script: string) => {
      expect(script).toMatch(/docker volume ls/);
      const { exitCode, all } = await execa("bash", ["-ec", script], {
        cwd: root,
        all: true,
        reject: false,
        stdin: "ignore",
      });
      expect(exitCode, all).toBe(0);
    };
    try {
      await run(commandsOf("./planb mode ringsted dormant --yes", backup));
      expect(readdirSync(backup)).toContain(`planb-${name}-directory-data.tar`);
      expect((await planb("down", name, "--yes")).exitCode).toBe(0);
      const label = [`io.planb.stack=${name}`, "io.planb.backup=daily"];
      const { Volumes } = await docker.listVolumes({ filters: { label } });
      expect(Volumes.length).toBe(readdirSync(backup).length);
      await removeThings({ volumes: Volumes.map((volume) => volume.Name) });
      // The page says: put the stack file into its place with `mode: dormant`.
      own.write(stackFile("dc1.kommune.lan").replace("mode: active", "mode: dormant"));
      await run(commandsOf("./planb up ringsted --yes", backup));
    } finally {
      rmSync(backup, { recursive: true, force: true });
    }
    neighbour = await openRunning(name);
    const again = new Staff(neighbour).known("bodnyg03");
    again.seed = clerk.seed;
    await eventually(async () => expect((await again.logIn()).page.body).toContain("Bodil Nygård"), 60);
    expect(again.seed, "not asked to enrol anew").toBe(clerk.seed);
  }, 480_000);
});
