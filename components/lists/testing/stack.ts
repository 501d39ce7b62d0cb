import { readFileSync } from "node:fs";
import { join } from "node:path";
import PostalMime from "postal-mime";
import { Agent, request } from "undici";
import { stackIdentity } from "../../../config/index.ts";
import { buildImages } from "../../../images/index.ts";
import { claimHeaders } from "../../../model/identity-headers.ts";
import { authority, derive, type Workload } from "../../../model/index.ts";
import { TestStack } from "../../../test/contract/engine.ts";
import { type ListsConfig, listsConfig } from "../config.ts";
import { runLists, tellRosters } from "./run.ts";

const master = "l".repeat(43);
const secret = (label: string) => derive(master, label);
const key = "0123456789abcdef0123456789abcdef";
const httpsPort = 18_951;

/** A mail as the mail server took it. */
export interface Taken {
  readonly from: string;
  readonly to: readonly string[];
  readonly content: string;
  /** Decoded. */
  readonly subject: string;
  readonly text: string;
}

/** A person of the test. */
export interface TestPerson {
  readonly guid: string;
  readonly address: string;
  readonly name: string;
}

/** A person by login name. */
export const person = (login: string, name: string): TestPerson => ({
  guid: `00000000-0000-4000-8000-${Buffer.from(login).toString("hex").padStart(12, "0").slice(-12)}`,
  address: `${login}@kommune.example`,
  name,
});

/** Database, a mail server's two ends and the lists, as the program would run them. */
export class ListsStack {
  readonly engine: TestStack;
  readonly identity = stackIdentity("test-lists", {
    municipality: 'Ærøskøbing "By & Land"',
    domain: "lists.localhost",
    language: "da",
    mode: "active",
    host: { address: "127.0.0.1", httpPort: 18_083, httpsPort: 18_447 },
  });
  #config: ListsConfig;
  #agent: Agent | undefined;
  #run: (() => Promise<void>) | undefined;

  /** @param part names it, apart from what other tests run */
  constructor(config: object, part = "lists") {
    this.engine = new TestStack(part);
    this.#config = listsConfig.parse(config);
  }

  async start(): Promise<void> {
    await buildImages(() => {}, ["postgresql", "mailman"]);
    const ca = await authority(master, "ca/1", "Test");
    const { caPem } = ca;
    const leaf = async (name: string, names = [name]) => ({ caPem, ...(await ca.issue(`${name}/tls/1`, names)) });
    this.#agent = new Agent({ connect: { ca: caPem, servername: "lists" } });
    const mail = await leaf("mail");
    await this.engine.run(mailEnd("mail", mail, ["lists"]), { entrypoint: ["python3", "/config/post.py", "sink"] });
    this.#run = () =>
      runLists(this.engine, {
        ...{ identity: this.identity, config: this.#config, caPem, leaf, secret, identityKey: key, httpsPort },
      });
    await this.#run();
    // What hands in mail has the mail server's certificate; its own network is the lists'.
    await this.engine.run(mailEnd("edge", mail, []), { entrypoint: ["sleep", "3600"] });
    await this.engine.run(mailEnd("steward", await leaf("steward"), []), { entrypoint: ["sleep", "3600"] });
    await this.engine.ready("database");
    await this.engine.ready("lists", 180);
  }

  /** Runs with another section of the stack file, as after an `up`. */
  async change(config: object): Promise<void> {
    this.#config = listsConfig.parse(config);
    await this.#run?.();
    await this.engine.ready("database");
    await this.engine.ready("lists", 180);
  }

  /** Asks the lists' program. @param as who edge says is logged in; undefined: nobody */
  async ask(path: string, as?: TestPerson, form?: Readonly<Record<string, string>>, language = "da") {
    const claims = as
      ? { guid: as.guid, user: as.address.split("@")[0] ?? "", mail: as.address, name: as.name, groups: "" }
      : {};
    const origin = this.identity.origin("lister");
    const answer = await request(`https://127.0.0.1:${httpsPort}${path}`, {
      method: form ? "POST" : "GET",
      headers: {
        ...claimHeaders(key, claims),
        "accept-language": language,
        ...(form ? { origin, "content-type": "application/x-www-form-urlencoded" } : {}),
      },
      body: form ? new URLSearchParams(form).toString() : null,
      dispatcher: this.#agent as Agent,
    });
    return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
  }

  /** Follows a link by which a letter's receiver is taken off, as the receiver's mail provider does (RFC 8058). */
  async oneClick(path: string) {
    const answer = await request(`https://127.0.0.1:${httpsPort}${path}`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", "accept-language": "da" },
      body: "List-Unsubscribe=One-Click",
      dispatcher: this.#agent as Agent,
    });
    return { status: answer.statusCode, text: await answer.body.text() };
  }

  /** Tells the rosters, as the steward does. */
  async tell(
    lists: object,
    people: readonly TestPerson[] = [],
    token = secret("lists/steward/1"),
    aliases: Readonly<Record<string, string>> = {},
    gone: readonly string[] = [],
  ) {
    return tellRosters(
      { httpsPort, agent: this.#agent as Agent, token },
      { lists, aliases, asked: [...people.map(({ guid }) => guid), ...gone], people },
    );
  }

  /** Whom the lists ask the steward about. */
  async people(): Promise<{ readonly guids: readonly string[]; readonly addresses: readonly string[] }> {
    const answer = await request(`https://127.0.0.1:${httpsPort}/api/people`, {
      headers: { authorization: `Bearer ${secret("lists/steward/1")}` },
      dispatcher: this.#agent as Agent,
    });
    return (await answer.body.json()) as { guids: string[]; addresses: string[] };
  }

  /** Asks Mailman itself, from inside its container. @throws Error when it refuses */
  async mailman(method: string, path: string, form: Readonly<Record<string, string>>): Promise<void> {
    const ask = `import base64, sys, urllib.request
key = base64.b64encode(("lists:" + open("/config/secrets/rest").read().strip()).encode()).decode()
urllib.request.urlopen(urllib.request.Request("http://127.0.0.1:8001/3.1" + sys.argv[2], sys.argv[3].encode(),
  {"authorization": "Basic " + key}, method=sys.argv[1]))`;
    const body = new URLSearchParams(form).toString();
    const { code, stderr } = await this.engine.exec("lists", ["python3", "-c", ask, method, path, body]);
    if (code !== 0) throw new Error(stderr);
  }

  /** Asks the database, from inside its container. @throws Error when it refuses */
  async sql(query: string): Promise<string> {
    const psql = ["/usr/lib/postgresql/17/bin/psql", "-XAtq", "-h", "/run/postgresql", "-d", "lists", "-c", query];
    const { code, stdout, stderr } = await this.engine.exec("database", psql);
    if (code !== 0) throw new Error(stderr);
    return stdout.trim();
  }

  /** Hands in a mail, as the mail server does. @param by workload whose certificate is shown */
  async post(from: string, to: string, mail: string, by = "edge") {
    return this.engine.exec(by, ["python3", "/config/post.py", "post", from, to, mail]);
  }

  /** What the mail server took so far. */
  async taken(): Promise<readonly Taken[]> {
    const { stdout } = await this.engine.exec("mail", ["bash", "-c", "cat /tmp/taken.jsonl 2>/dev/null || true"]);
    const lines = stdout.split("\n").filter((line) => line !== "");
    return Promise.all(
      lines.map(async (line) => {
        const taken = JSON.parse(line) as Pick<Taken, "from" | "to" | "content">;
        const { subject = "", text = "" } = await PostalMime.parse(taken.content);
        return { ...taken, subject, text };
      }),
    );
  }

  /** Waits until what the mail server took is as wanted. */
  async until(wanted: (taken: readonly Taken[]) => boolean, seconds = 30): Promise<readonly Taken[]> {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      const taken = await this.taken();
      if (wanted(taken)) return taken;
      if (Date.now() > deadline) {
        throw new Error(`not taken: ${JSON.stringify(taken.map(({ to, subject }) => [to, subject]))}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  async remove(): Promise<void> {
    await this.#agent?.close();
    await this.engine.remove();
  }
}

const post = readFileSync(join(import.meta.dirname, "post.py"), "utf8");

/** An end of the mail server. */
const mailEnd = (
  name: string,
  tls: { caPem: string; certPem: string; keyPem: string },
  reachableFrom: readonly string[],
): Workload => ({
  name,
  image: "mailman",
  files: { "post.py": post, "ca.pem": tls.caPem, "tls/cert.pem": tls.certPem },
  secretFiles: { "tls/key.pem": tls.keyPem },
  ready: { tcp: 2526 },
  memoryMiB: 128,
  cpu: 0.5,
  user: 1012,
  writablePaths: ["/tmp"],
  reachableFrom,
});
