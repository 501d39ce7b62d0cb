import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { removeThings, stackThings } from "../../platform/docker/operate.ts";
import { pulumiEnvironment } from "../../toolchain/env.ts";
import { root } from "./support/root.ts";

const name = "test-lost";
const folder = mkdtempSync(join(tmpdir(), "planb-lost-"));
const settings = join(folder, `Pulumi.${name}.yaml`);

/** A real municipality, asleep: its secrets are in the state all the same. */
const stackFile = `
municipality: Prøve Kommune
domain: ${name}.localhost
mode: dormant
host: {address: 127.0.0.1, httpPort: 28280, httpsPort: 28643}
directory:
  existing:
    controllers: [dc1.kommune.lan]
    caFile: ad-ca.pem
    bindName: svc-planb@kommune.lan
    peopleBaseDns: ["OU=Brugere,DC=kommune,DC=lan"]
    groupBaseDns: ["OU=Grupper,DC=kommune,DC=lan"]
`;

describe("a lost passphrase", () => {
  const env = (passphrase: string) => ({
    ...pulumiEnvironment(),
    PLANB_STACKS_DIR: folder,
    PULUMI_BACKEND_URL: pathToFileURL(join(folder, "state")).href,
    PULUMI_CONFIG_PASSPHRASE: passphrase,
    PULUMI_CONFIG_PASSPHRASE_FILE: "",
  });
  const planb = async (passphrase: string, ...words: readonly string[]) => {
    const options = { cwd: root, reject: false, env: env(passphrase), all: true, stdin: "ignore" } as const;
    const { exitCode, all } = await execa(`${root}/planb`, [...words], options);
    return { exitCode, all };
  };
  const giveBindPassword = (passphrase: string) => {
    const place = ["--stack", name, "--config-file", settings];
    const options = { cwd: root, env: env(passphrase), input: "hemmelig" };
    return execa("pulumi", ["config", "set", "--secret", "planb:adBindPassword", ...place], options);
  };

  beforeAll(async () => {
    await removeThings(await stackThings(name));
    mkdirSync(join(folder, "state"));
    writeFileSync(join(folder, `${name}.yaml`), stackFile);
    copyFileSync(join(root, "stacks", "ringsted-ad-ca.pem"), join(folder, "ad-ca.pem"));
  });
  afterAll(async () => {
    await removeThings(await stackThings(name));
    rmSync(folder, { recursive: true, force: true });
  });

  it("costs neither the data nor the master: the sheet from the safe makes the secrets anew", async () => {
    expect((await planb("first", "init", name, "--yes")).exitCode).toBe(0);
    await giveBindPassword("first");
    const made = await planb("first", "up", name, "--yes");
    expect(made.exitCode, made.all).toBe(0);
    const { volumes } = await stackThings(name);
    expect(volumes).not.toEqual([]);
    const { all: sheet = "" } = await planb("first", "secret", name, "print");
    const master = /^Master +(\S+)$/m.exec(sheet)?.[1] ?? "";
    const before = readFileSync(settings, "utf8");

    // From here on nobody knows "first".
    expect((await planb("second", "up", name, "--yes")).exitCode).not.toBe(0);
    writeFileSync(join(folder, "sheet"), `${"x".repeat(43)}\n`);
    const wrong = await planb("second", "init", name, "--master-file", join(folder, "sheet"), "--yes");
    expect([wrong.exitCode, wrong.all]).toEqual([1, expect.stringContaining("made with another master secret")]);
    expect(readFileSync(settings, "utf8")).toBe(before);

    writeFileSync(join(folder, "sheet"), ` ${master}\n`);
    const again = await planb("second", "init", name, "--master-file", join(folder, "sheet"), "--yes");
    expect(again.exitCode, again.all).toBe(0);
    expect(again.all).toContain("planb:adBindPassword");
    const aside = readdirSync(folder).filter((file) => file.endsWith(".lost"));
    expect(aside.map((file) => readFileSync(join(folder, file), "utf8"))).toEqual([before]);
    await giveBindPassword("second");
    expect((await planb("second", "down", name, "--yes")).exitCode).toBe(0);
    const up = await planb("second", "up", name, "--yes");
    expect(up.exitCode, up.all).toBe(0);
    expect((await stackThings(name)).volumes).toEqual(volumes);
    expect((await planb("second", "secret", name, "print")).all).toContain(master);
    expect(existsSync(join(root, "stacks", `Pulumi.${name}.yaml`))).toBe(false);
  }, 600_000);
});
