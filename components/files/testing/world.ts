import type { Client } from "ldapts";
import { stackIdentity } from "../../../config/index.ts";
import { buildImages } from "../../../images/index.ts";
import { claimHeaders, identityKey } from "../../../model/identity-headers.ts";
import { authority, derive, type Workload } from "../../../model/index.ts";
import type { ExecResult } from "../../../platform/docker/inside.ts";
import { TestStack } from "../../../test/contract/engine.ts";
import { asSteward, ownDirectory } from "../../directory/testing.ts";
import { addPerson } from "../../sso/testing/people.ts";
import { filesConfig } from "../config.ts";
import { filesWorkload } from "../workloads.ts";
import { buildClients, clientsImage } from "./clients.ts";

const master = "f".repeat(43);
const secret = (label: string) => derive(master, label);
const directoryPassword = (name: string) => secret(`directory/${name}/1`);
const directoryPort = 17_961;

/** The stack's identity. */
export const identity = stackIdentity("test-files", {
  municipality: 'Ærøskøbing "By & Land"',
  domain: "files.localhost",
  language: "da",
  mode: "active",
  host: { address: "127.0.0.1", httpPort: 18_092, httpsPort: 18_455 },
});

/** A person of the tests. */
export interface TestPerson {
  readonly guid: string;
  readonly uid: string;
  readonly name: string;
  readonly groups: readonly string[];
}

/** Two groups with a folder, one of them with a name full of trouble, and one without. */
export const groups = {
  byg: { id: "g0123456789ab", name: 'Byg, Miljø & "Natur"/Vand' },
  skole: { id: "gba9876543210", name: "Skole" },
  other: { id: "gaaaaaaaaaaaa", name: "Uden mappe" },
} as const;

/** People of the tests. */
export const people = {
  aase: {
    guid: "11111111-1111-4111-8111-111111111111",
    uid: "aase",
    name: "Åse Ærø",
    groups: [groups.byg.id, groups.other.id],
  },
  bent: {
    guid: "22222222-2222-4222-8222-222222222222",
    uid: "bent",
    name: "Bent O'Brien",
    groups: [groups.byg.id, groups.skole.id],
  },
} as const satisfies Record<string, TestPerson>;

/** Files beside a real directory, asked by a container that stands where edge does. */
export class FilesWorld {
  readonly stack = new TestStack("files");
  readonly key = identityKey(secret("edge/identity-headers/1"));
  files: Workload | undefined;
  caPem = "";

  async start(settings: object = {}): Promise<void> {
    await buildImages(() => {}, ["openldap", "files"]);
    await buildClients();
    const ca = await authority(master, "ca/1", "Test");
    this.caPem = ca.caPem;
    await this.stack.run(await ownDirectory(ca, directoryPassword, directoryPort));
    await this.stack.ready("directory");
    await this.#fill();
    this.files = filesWorkload({
      identity,
      config: filesConfig.parse({ groups: [groups.byg.name, groups.skole.name], ...settings }),
      caPem: ca.caPem,
      ...(await ca.issue("files/tls/1", ["files"])),
      identityKey: this.key,
      directoryPassword: directoryPassword("reader"),
      cookieSecret: secret("files/cookies/1"),
    });
    // What the directory says is believed for a minute; the tests do not wait that long.
    const text = String(this.files.files?.["files.json"]);
    const hasty = { ...this.files.files, "files.json": text.replace('"rememberSeconds": 60', '"rememberSeconds": 2') };
    await this.stack.run({ ...this.files, files: hasty });
    const client = (name: string): Workload => ({
      ...{ name, image: "files", user: 1001, cpu: 1, memoryMiB: 256, reachableFrom: [], writablePaths: ["/tmp"] },
      ...{ files: { "ca.pem": ca.caPem }, ready: { exec: ["true"] } },
    });
    for (const name of ["edge", "stranger"]) {
      await this.stack.run(client(name), { image: clientsImage, entrypoint: ["sleep", "infinity"] });
    }
    await this.stack.ready("files");
  }

  /** The shadow directory as the steward sees it. */
  asSteward<T>(work: (client: Client) => Promise<T>): Promise<T> {
    return asSteward(this.caPem, directoryPort, directoryPassword("steward"), work);
  }

  async #fill(): Promise<void> {
    await this.asSteward(async (client) => {
      for (const { id, name } of Object.values(groups)) {
        await client.add(`cn=${id},ou=groups,dc=planb`, {
          objectClass: ["planbGroup"],
          cn: id,
          planbGuid: `${id.slice(1, 9)}-0000-4000-8000-000000000000`,
          displayName: name,
        });
      }
      for (const person of Object.values(people)) await addPerson(client, person);
    });
  }

  /** Headers as edge sends them. */
  headers(person: TestPerson, key = this.key, memberOf: readonly string[] = person.groups): string[] {
    const claims = { guid: person.guid, user: person.uid, name: person.name, groups: memberOf.join(",") };
    return Object.entries(claimHeaders(key, claims)).map(([name, value]) => `${name}: ${value}`);
  }

  /** Asks by curl from where edge stands. The answer is the body, then a line with the status. */
  async curl(
    person: TestPerson | undefined,
    path: string,
    args: readonly string[] = [],
    from = "edge",
    key = this.key,
  ): Promise<{ status: number; body: string }> {
    const headers = person ? this.headers(person, key).flatMap((header) => ["-H", header]) : [];
    const command = [
      "curl",
      "-sS",
      "-m",
      "20",
      "--path-as-is",
      "--cacert",
      "/config/ca.pem",
      "-w",
      "\n%{http_code}",
      ...headers,
      ...args,
    ];
    const { stdout, stderr } = await this.stack.exec(from, [...command, `https://files:8443${path}`]);
    const at = stdout.lastIndexOf("\n");
    return { status: Number(stdout.slice(at + 1)), body: stdout.slice(0, at) || stderr };
  }

  /** Writes a file of plain text by WebDAV. */
  put(person: TestPerson, path: string, text: string) {
    return this.curl(person, path, ["-X", "PUT", "--data-binary", text, "-H", "content-type: text/plain"]);
  }

  /** Sends a form as a browser does. */
  form(
    person: TestPerson | undefined,
    path: string,
    fields: Readonly<Record<string, string>>,
    args: readonly string[] = [],
  ) {
    const data = Object.entries(fields).flatMap(([name, value]) => ["--data-urlencode", `${name}=${value}`]);
    return this.curl(person, path, ["-H", `Origin: ${identity.origin("filer")}`, ...data, ...args]);
  }

  /** Runs a shell line where edge stands. */
  sh(line: string): Promise<ExecResult> {
    return this.stack.exec("edge", ["bash", "-c", line]);
  }

  /** Runs litmus, the WebDAV compliance suite, as a person; a small proxy beside it adds edge's headers. */
  async litmus(person: TestPerson, folder: string, tests: string): Promise<ExecResult> {
    const added = Object.fromEntries(this.headers(person).map((header) => header.split(": ") as [string, string]));
    const proxy = `const {request}=require("https");const ca=require("fs").readFileSync("/config/ca.pem");
      const origin=${JSON.stringify(identity.origin("filer"))};
      require("http").createServer((q,s)=>{const headers={...q.headers,...${JSON.stringify(added)}};
      q.pipe(request({host:"files",port:8443,ca,method:q.method,path:q.url,headers},(r)=>{s.writeHead(r.statusCode,r.headers);r.pipe(s);}));
      }).listen(8099,"127.0.0.1")`;
    await this.stack.exec("edge", [
      "bash",
      "-c",
      'printf %s "$1" > /tmp/proxy.cjs; (node /tmp/proxy.cjs > /tmp/proxy.log 2>&1 &); for i in {1..100}; do (: > /dev/tcp/127.0.0.1/8099) 2>/dev/null && break; sleep 0.2; done',
      "-",
      proxy,
    ]);
    return this.sh(`cd /tmp && TESTS="${tests}" litmus -k http://127.0.0.1:8099${folder} 2>&1`);
  }

  /** Runs rclone against WebDAV as a person. */
  rclone(person: TestPerson, line: string): Promise<ExecResult> {
    const headers = this.headers(person)
      .map((header) => `--header '${header}'`)
      .join(" ");
    const common = "--ca-cert /config/ca.pem --config /tmp/rclone.conf --retries 1 --webdav-vendor other";
    return this.sh(`export HOME=/tmp RCLONE_WEBDAV_URL=https://files:8443/dav; rclone ${common} ${headers} ${line}`);
  }
}
