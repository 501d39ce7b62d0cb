import { afterEach, expect, it, vi } from "vitest";
import { giveCommand } from "./given.ts";

afterEach(() => vi.unstubAllEnvs());

it("names the command that gives a secret, with the place of the settings where they lie elsewhere", () => {
  const key = { name: "edgeKey", what: "", oneLine: false } as const;
  vi.stubEnv("PLANB_STACKS_DIR", undefined);
  expect(giveCommand(key, "ringsted")).toBe("pulumi config set --secret planb:edgeKey --stack ringsted < key.pem");
  vi.stubEnv("PLANB_STACKS_DIR", "/srv/stacks");
  expect(giveCommand({ ...key, oneLine: true }, "ringsted")).toBe(
    "pulumi config set --secret planb:edgeKey --stack ringsted --config-file /srv/stacks/Pulumi.ringsted.yaml",
  );
});
