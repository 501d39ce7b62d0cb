import { Agent } from "undici";
import type { Authority, Workload } from "../../../model/index.ts";
import { lookupFor } from "../../../probes/context.ts";

/** Answers with what it was sent: headers, and of a body its length and digest. */
const program = `import { createServer } from "node:https";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
const tls = { cert: readFileSync("/config/tls/cert.pem"), key: readFileSync("/config/tls/key.pem") };
createServer(tls, (request, response) => {
  const hash = createHash("sha256");
  let bytes = 0;
  request.on("data", (part) => { bytes += part.length; hash.update(part); });
  request.on("end", () => {
    const { url, method, headers } = request;
    response.setHeader("X-Powered-By", "echo");
    response.setHeader("X-Content-Type-Options", "sniff");
    response.end(JSON.stringify({ by: hostname(), url, method, headers, bytes, sha256: hash.digest("hex") }));
  });
}).listen(8443);`;

/** What edge passed on. */
export interface Echoed {
  readonly by: string;
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: number;
  readonly sha256: string;
}

/** A service behind edge that answers with what it was sent; its certificate comes from the given authority. */
export async function echoAt(ca: Authority, name: string): Promise<Workload> {
  const { certPem, keyPem } = await ca.issue(`${name}/tls/1`, [name]);
  return {
    name,
    image: "node",
    command: ["node", "/config/echo.mjs"],
    files: { "echo.mjs": program, "tls/cert.pem": certPem },
    secretFiles: { "tls/key.pem": keyPem },
    ready: { tcp: 8443 },
    ...{ memoryMiB: 128, cpu: 0.5, user: 1005, reachableFrom: ["edge"] },
  };
}

/** Finds every public name on this host, and trusts only the authority given. */
export const agentHere = (caPem: string): Agent =>
  new Agent({ connect: { ca: caPem, lookup: lookupFor({ caPem, address: "127.0.0.1", secrets: {} }) } });
