import { readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import type { Authority, Workload } from "../../../model/index.ts";
import { buildOnce } from "../../../toolchain/atomic.ts";
import { findGo } from "../../../toolchain/cli/go.ts";
import { toolchainCache } from "../../../toolchain/paths.ts";

/** Let's Encrypt's own small ACME server for tests, https://github.com/letsencrypt/pebble. */
const version = "v2.10.1";
const module = `github.com/letsencrypt/pebble/v2/cmd/pebble@${version}`;

/** Builds pebble with Go from the module proxy, once; under a minute. Returns the executable's path. */
async function pebbleBinary(): Promise<string> {
  const folder = join(toolchainCache(), `pebble-${version}`);
  await buildOnce(folder, async (fresh) => {
    const go = await findGo(() => {}, "/dev/null");
    await execa(go, ["install", "-trimpath", "-ldflags", "-s -w", module], {
      env: { GOBIN: fresh, CGO_ENABLED: "0", GOTOOLCHAIN: "auto", GOFLAGS: "", GOWORK: "off" },
    });
  });
  return join(folder, "pebble");
}

/**
 * An ACME server at `https://pebble:14000/dir` that gives certificates to whoever answers at a name's plain port.
 *
 * @param ca whose certificate it shows itself
 * @param httpPort the plain port it asks
 * @param seconds life of the certificates it gives
 */
export async function pebbleWorkload(ca: Authority, httpPort: number, seconds: number): Promise<Workload> {
  const { certPem, keyPem } = await ca.issue("pebble/tls/1", ["pebble"]);
  const pebble = {
    listenAddress: "0.0.0.0:14000",
    managementListenAddress: "0.0.0.0:15000",
    certificate: "/config/tls/cert.pem",
    privateKey: "/config/tls/key.pem",
    httpPort,
    tlsPort: 5001,
    retryAfter: { authz: 1, order: 1 },
    keyAlgorithm: "ecdsa",
    profiles: { default: { description: "short", validityPeriod: seconds } },
  };
  const start =
    "base64 -d /config/pebble.b64 >/run/pebble/pebble && chmod 755 /run/pebble/pebble && exec /run/pebble/pebble -config /config/pebble.json";
  return {
    name: "pebble",
    image: "base",
    command: ["bash", "-c", start],
    env: { PEBBLE_VA_NOSLEEP: "1", PEBBLE_WFE_NONCEREJECT: "0" },
    files: {
      "pebble.b64": readFileSync(await pebbleBinary()).toString("base64"),
      "pebble.json": JSON.stringify({ pebble }),
      "tls/cert.pem": certPem,
    },
    secretFiles: { "tls/key.pem": keyPem },
    ready: { tcp: 14000 },
    memoryMiB: 128,
    cpu: 1,
    user: 1099,
    writablePaths: ["/run/pebble"],
    reachableFrom: ["edge"],
  };
}
