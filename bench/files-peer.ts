import Docker from "dockerode";
import { authority } from "../model/index.ts";
import { type ExecResult, runInside } from "../platform/docker/inside.ts";
import { removeThings } from "../platform/docker/operate.ts";
import { buildUponBase } from "../test/contract/upon-base.ts";

const image = "planb-bench-files:1";
const name = "planb-bench-files";
const host = "nginx.bench.localhost";
const port = 28_744;
const docker = new Docker();

/** nginx as it comes with Debian: WebDAV over TLS and HTTP/2, no login. */
const conf = `user root;
worker_processes auto;
load_module modules/ngx_http_dav_ext_module.so;
events {}
http {
  access_log off;
  error_log /dev/stderr;
  sendfile on;
  client_max_body_size 0;
  client_body_temp_path /data/temporary;
  server {
    listen 8443 ssl;
    http2 on;
    ssl_certificate /etc/nginx/cert.pem;
    ssl_certificate_key /etc/nginx/key.pem;
    root /data/files;
    dav_methods PUT DELETE MKCOL COPY MOVE;
    dav_ext_methods PROPFIND OPTIONS;
  }
}
`;

/** nginx's WebDAV on the engine, and a client beside it that reaches both servers by the host's ports. */
export interface Peer {
  /** Where WebDAV is. */
  readonly url: string;
  readonly caPem: string;
  /** Runs a shell line at the client; `$1` and so on are the arguments. @throws when it fails */
  client(line: string, ...args: readonly string[]): Promise<string>;
  close(): Promise<void>;
}

/**
 * Starts both. The files lie in a volume, as the stack's do.
 *
 * @param memoryMiB nginx's memory, page cache included: without a limit it would serve from the host's memory what ours
 * has to read from the disk
 */
export async function startPeer(memoryMiB: number): Promise<Peer> {
  await buildUponBase(image, ["nginx-light", "libnginx-mod-http-dav-ext", "curl"]);
  const made = { containers: [`${name}-nginx`, `${name}-client`], volumes: [`${name}-data`] };
  // What a run that was killed left behind.
  await removeThings(made);
  const ca = await authority("bench".repeat(9), "ca/1", "Bench");
  const { certPem, keyPem } = await ca.issue("nginx/tls/1", [host]);
  const start = async (suffix: string, entrypoint: readonly string[], HostConfig: Docker.HostConfig) => {
    const options = { name: `${name}-${suffix}`, Image: image, User: "0:0", Entrypoint: [...entrypoint] };
    const container = await docker.createContainer({ ...options, ExposedPorts: { "8443/tcp": {} }, HostConfig });
    await container.start();
    return container;
  };
  const run = async (container: Docker.Container, line: string, ...args: readonly string[]): Promise<string> => {
    const done: ExecResult = await runInside(container, ["bash", "-c", line, "-", ...args]);
    if (done.code !== 0) throw new Error(`${line.slice(0, 200)}: ${done.code} ${done.stderr.slice(0, 500)}`);
    return done.stdout;
  };
  const server = await start("nginx", ["sleep", "infinity"], {
    Memory: memoryMiB * 2 ** 20,
    MemorySwap: memoryMiB * 2 ** 20,
    Mounts: [{ Type: "volume", Source: `${name}-data`, Target: "/data" }],
    PortBindings: { "8443/tcp": [{ HostIp: "127.0.0.1", HostPort: String(port) }] },
  });
  const client = await start("client", ["sleep", "infinity"], { NetworkMode: "host" });
  for (const [file, text] of Object.entries({ "nginx.conf": conf, "cert.pem": certPem, "key.pem": keyPem }))
    await run(server, 'printf %s "$2" > "/etc/nginx/$1"', file, text);
  await run(server, "mkdir -p /data/files /data/temporary && nginx");
  return {
    url: `https://${host}:${port}`,
    caPem: ca.caPem,
    client: (line, ...args) => run(client, line, ...args),
    close: () => removeThings(made),
  };
}
