import type { OpenStack } from "../cli/stack.ts";
import { smokeAppPasswordSecret } from "../components/access/index.ts";
import { smokeUser } from "../components/sso/index.ts";
import type { StackOutputs } from "../model/index.ts";
import { type Peer, startPeer } from "./files-peer.ts";
import { type Bench, median, type Series } from "./harness.ts";
import { benchStack, bringUp, removeStack, tell } from "./stack.ts";

/** How much is moved. */
export interface FilesLoad {
  readonly rounds: number;
  /** The one large file. */
  readonly bigMiB: number;
  /** Files of 100 KiB. */
  readonly small: number;
}

const load: FilesLoad = { rounds: 3, bigMiB: 1024, small: 1000 };
const atOnce = 4;

/** What is timed, each a shell line of the client: `$1` is the server's folder, `$CURL` has authority and login. */
const tasks = (small: number) => ({
  "upload of the large file": "$CURL -T /tmp/load/big $1/big",
  "download of the large file": "$CURL $1/big -o /dev/null",
  "upload of the small files": `cd /tmp/load && $CURL -Z --parallel-max ${atOnce} -T 'small-[1-${small}]' $1/`,
  "download of the small files": `$CURL -Z --parallel-max ${atOnce} "$1/small-[1-${small}]" -o /dev/null`,
});

type Task = keyof ReturnType<typeof tasks>;

/** Times a folder of a server, made and removed again, task after task. @returns seconds by task */
async function round(peer: Peer, url: string, curl: string, small: number): Promise<ReadonlyMap<Task, number>> {
  const begin = `set -e; CURL="${curl}"; `;
  const found = new Map<Task, number>();
  await peer.client(`${begin}$CURL -X MKCOL $1/`, url);
  for (const [task, line] of Object.entries(tasks(small))) {
    // What was written before is on the disk by now, so that nobody pays for another's.
    const timed = `${begin}sync; begin=$(date +%s.%N); ${line}; printf '%s %s' $begin $(date +%s.%N)`;
    const [from = 0, to = 0] = (await peer.client(timed, url)).trim().split(" ").map(Number);
    found.set(task as Task, to - from);
  }
  await peer.client(`${begin}$CURL $1/big | cmp - /tmp/load/big; $CURL -X DELETE $1/`, url);
  return found;
}

/** Memory of gateway and files together, which nginx gets too. */
const memoryMiB = ({ config }: OpenStack): number => config.edge.memoryMiB + (config.files?.memoryMiB ?? 0);

/** Measures a running stack's WebDAV and nginx's, by turns. */
export async function measureFiles(stack: OpenStack, outputs: StackOutputs, { rounds, bigMiB, small }: FilesLoad) {
  const peer = await startPeer(memoryMiB(stack));
  const seen = { ours: [] as ReadonlyMap<Task, number>[], nginx: [] as ReadonlyMap<Task, number>[] };
  try {
    await peer.client('printf %s "$1" > /tmp/ours.pem; printf %s "$2" > /tmp/nginx.pem', outputs.caPem, peer.caPem);
    await peer.client(
      'umask 77; printf "user = %s:%s\\n" "$1" "$2" > /tmp/login',
      smokeUser,
      outputs.secrets[smokeAppPasswordSecret] ?? "",
    );
    await peer.client(`mkdir -p /tmp/load && cd /tmp/load && head -c ${bigMiB}M /dev/urandom > big
      for i in $(seq ${small}); do head -c 100K /dev/urandom > small-$i; done`);
    const ours = new URL(`${stack.identity.origin("filer")}/dav/mine`);
    const nginx = new URL(peer.url);
    const at = ({ hostname, port }: URL) => `--resolve ${hostname}:${port}:127.0.0.1`;
    const common = "curl -sS --fail-early -f";
    for (let run = 0; run < rounds; run++) {
      tell(`round ${run + 1} of ${rounds}`);
      const folder = `maaling-${Date.now()}`;
      const curls = [
        `${common} --cacert /tmp/ours.pem ${at(ours)} -K /tmp/login`,
        `${common} --cacert /tmp/nginx.pem ${at(nginx)}`,
      ] as const;
      seen.ours.push(await round(peer, `${ours.href}/${folder}`, curls[0], small));
      seen.nginx.push(await round(peer, `${nginx.origin}/${folder}`, curls[1], small));
    }
  } finally {
    await peer.close();
  }
  const of = (who: keyof typeof seen, task: Task) => seen[who].map((each) => each.get(task) ?? Number.NaN);
  const names = Object.keys(tasks(small)) as Task[];
  const series: Series[] = names.flatMap((task) => [
    { label: `${task}, gateway and login`, unit: "s", values: of("ours", task) },
    { label: `${task}, nginx`, unit: "s", values: of("nginx", task) },
  ]);
  const ratios = Object.fromEntries(names.map((task) => [task, median(of("nginx", task)) / median(of("ours", task))]));
  return { series, ratios };
}

/** Files by WebDAV through gateway and login, against nginx's WebDAV on the same disk. */
export const files: Bench = {
  name: "files",
  about: "upload and download of 1 GiB and of 1,000 x 100 KiB through gateway and login, against nginx WebDAV",
  async run() {
    const off = { booking: undefined, lists: undefined, mail: undefined };
    const stack = await benchStack("benchfiles", [28280, 28643], off);
    try {
      const { series, ratios } = await measureFiles(stack, await bringUp(stack), load);
      const least = Math.min(...Object.values(ratios));
      return {
        bench: "files",
        compares: `WebDAV by one curl: a file of ${load.bigMiB} MiB, and ${load.small} of 100 KiB, ${atOnce} at once, through gateway, app password and the keeping of versions, each file flushed to the disk; with nginx's own WebDAV over TLS, without login and flushing, on the same disk, with as much memory as gateway and files have together`,
        goal: "at least 0.7 of nginx's speed in each",
        series,
        figures: ratios,
        met: least >= 0.7,
      };
    } finally {
      await removeStack(stack);
    }
  },
};
