import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import Docker from "dockerode";
import { afterAll, beforeAll, expect, it } from "vitest";
import { removeThings, stackThings } from "../platform/docker/operate.ts";
import { prepareStack } from "./init.ts";
import { freshSecret } from "./keys.ts";
import { openStack } from "./stack.ts";
import { toolchainStep } from "./toolchain.ts";

const name = "test-othermaster";
const volume = `planb-${name}-database-data`;
const folder = mkdtempSync(join(tmpdir(), "planb-test-master-"));
const before = { ...process.env };

beforeAll(async () => {
  await removeThings(await stackThings(name));
  mkdirSync(join(folder, "state"));
  writeFileSync(
    join(folder, `${name}.yaml`),
    `municipality: Prøve Kommune\ndomain: ${name}.localhost\nhost: {address: 127.0.0.1, httpPort: 28180, httpsPort: 28543}\ndemo: {existingAd: {}}\n`,
  );
  process.env["PLANB_STACKS_DIR"] = folder;
  process.env["PULUMI_BACKEND_URL"] = pathToFileURL(join(folder, "state")).href;
  process.env["PULUMI_CONFIG_PASSPHRASE"] = "prøve";
  delete process.env["PULUMI_CONFIG_PASSPHRASE_FILE"];
  await toolchainStep.run(() => {});
}, 300_000);
afterAll(async () => {
  process.env = before;
  await removeThings(await stackThings(name));
  rmSync(folder, { recursive: true, force: true });
});

it("refuses, as planb up and as plain pulumi up, to run over the data of another master, before anything is made", async () => {
  const stack = await openStack(name);
  const { pulumi } = stack;
  await pulumi.create();
  await pulumi.write(freshSecret(), "config", "set", "--secret", "planb:master");
  const Labels = { "io.planb.stack": name, "io.planb.backup": "daily", "io.planb.master": "anotherone12" };
  await new Docker().createVolume({ Name: volume, Labels });

  await expect(prepareStack(stack)).rejects.toThrow(`made with another master secret, in the volumes\n${volume}\n`);
  const up = pulumi.follow(() => {}, "up", "--yes", "--skip-preview");
  await expect(up).rejects.toThrow(/made with another master secret/);
  expect(await stackThings(name)).toEqual({ containers: [], networks: [], volumes: [volume] });
});
