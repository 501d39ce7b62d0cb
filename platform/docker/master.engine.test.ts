import Docker from "dockerode";
import { afterAll, beforeAll, expect, it } from "vitest";
import { masterLabel, refuseOtherMaster } from "./master.ts";
import { removeThings, stackThings } from "./operate.ts";

const stack = "planb-test-master";
const docker = new Docker();
const [ours, other] = ["mark-of-ours", "mark-of-other"] as const;

const clean = async () => removeThings(await stackThings(stack));
beforeAll(clean);
afterAll(clean);

const volume = (name: string, mark?: string) =>
  docker.createVolume({
    Name: `${stack}-${name}`,
    Labels: { "io.planb.stack": stack, ...(mark === undefined ? {} : { [masterLabel]: mark }) },
  });

it("refuses data that was made with another master, naming volumes, cause and remedy; its own and unmarked data it takes", async () => {
  await refuseOtherMaster(stack, ours);
  await volume("database-data", ours);
  await volume("sso-config-1");
  await refuseOtherMaster(stack, ours);
  const refused = await refuseOtherMaster(stack, other).catch((error: Error) => error);
  expect(refused).toMatchObject({ name: "UserError" });
  const { message } = refused as Error;
  expect(message).toMatch(/^planb:master: the stack planb-test-master has data .* made with another master secret/);
  expect(message).toContain("\nplanb-test-master-database-data\n");
  expect(message).toContain("pulumi config set --secret planb:master --stack planb-test-master");
  expect(message).toContain("./planb destroy planb-test-master");
  expect(message).not.toContain(other);
  expect((await stackThings(stack)).volumes).toHaveLength(2);
});
