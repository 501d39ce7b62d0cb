import { Resolver } from "node:dns/promises";
import { isIP } from "node:net";
import Table from "cli-table3";
import {
  type DkimKey,
  type MailRecord,
  recordProblem,
  sections,
  sitesOf,
  stackRecords,
  zoneLine,
} from "../components/index.ts";
import { checkStackName, loadStack } from "../config/index.ts";
import { UserError } from "../model/errors.ts";
import { execIn } from "../platform/docker/operate.ts";
import type { Exit } from "./commands.ts";
import { bad, good, print, printJson } from "./output.ts";

/** Flags of `planb dns`. */
export interface DnsOptions {
  readonly check?: boolean;
  readonly json?: boolean;
  /** Address of a name server, with or without a port. */
  readonly resolver?: string;
}

/** `planb dns`: the records that mail and the public hosts need; with `--check` compared with what the DNS answers. */
export async function dns(stack: string, options: DnsOptions): Promise<Exit> {
  const { config, identity } = await loadStack(checkStackName(stack), sections);
  const keys = config.mail === undefined ? [] : await dkimKeys(stack);
  const records = stackRecords(config, identity, keys ?? []);
  const { uncovered } = sitesOf(config, identity);
  const problems = options.check ? await compareWithDns(records, options.resolver) : undefined;
  if (options.json) {
    printJson(records.map((record, i) => ({ ...record, ...(problems ? { problem: problems[i] ?? null } : {}) })));
  } else show(records, problems);
  if (uncovered.length > 0 && !options.json) {
    print(`\nLeft out, for the certificate in edge.certificate.chain does not cover them: ${uncovered.join(", ")}`);
  }
  if (keys === undefined && !options.json) {
    print(`\nThe DKIM records are missing above: keys are made at the first start, ./planb up ${stack}`);
  }
  return problems?.some((problem) => problem !== undefined) || (options.check && keys === undefined) ? 1 : 0;
}

function show(records: readonly MailRecord[], problems: readonly (string | undefined)[] | undefined): void {
  if (problems === undefined) {
    const table = new Table({ head: ["for", "name", "type"], style: { head: [], border: [] } });
    for (const { about, name, type } of records) table.push([about, name, type]);
    print(`${table.toString()}\n\nAs lines of a zone file:\n\n${records.map(zoneLine).join("\n")}`);
    return;
  }
  for (const [i, record] of records.entries()) {
    const problem = problems[i];
    print(`${problem ? bad("wrong") : good("right")}  ${record.type.padEnd(3)} ${record.name}`);
    if (problem) print(`       ${problem}\n       should be: ${record.value}`);
  }
}

/** The public keys that the running filter has made; undefined while it does not run. */
async function dkimKeys(stack: string): Promise<readonly DkimKey[] | undefined> {
  try {
    const { code, stdout, stderr } = await execIn(stack, "filter", ["dkim-public"]);
    if (code !== 0) throw new Error(`dkim-public: ${stderr}`);
    return stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => {
        const [domain = "", selector = "", key = ""] = line.split(" ");
        return { domain, selector, key };
      });
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/**
 * What is wrong with each record, asked of a name server.
 *
 * @param server its address, with or without a port. Default: the host's own
 * @returns for each record what is wrong, or undefined
 * @throws UserError when the server does not answer, or is no address
 */
export async function compareWithDns(
  records: readonly MailRecord[],
  server: string | undefined,
): Promise<readonly (string | undefined)[]> {
  const resolver = new Resolver({ timeout: 3000, tries: 2 });
  if (server !== undefined) {
    const [, host = "", port] = /^(.*?)(?::(\d{1,5}))?$/.exec(server) ?? [];
    if (!isIP(host))
      throw new UserError(`--resolver: expected an address like "192.0.2.53" or "192.0.2.53:5353", got "${server}"`);
    resolver.setServers([port ? `${host}:${port}` : host]);
  }
  return Promise.all(
    records.map(async (record) => {
      const answers = await ask(resolver, record).catch((error: { code?: string }) => {
        if (error.code === "ENODATA" || error.code === "ENOTFOUND") return [];
        throw new UserError(
          `${record.name}: the name server does not answer (${error.code ?? String(error)}); --resolver names another`,
        );
      });
      return recordProblem(record, answers);
    }),
  );
}

async function ask(resolver: Resolver, { name, type }: MailRecord): Promise<string[]> {
  switch (type) {
    case "A":
      return resolver.resolve4(name);
    case "AAAA":
      return resolver.resolve6(name);
    case "MX":
      return (await resolver.resolveMx(name)).map(({ priority, exchange }) => `${priority} ${exchange}.`);
    case "TXT":
      return (await resolver.resolveTxt(name)).map((pieces) => pieces.join(""));
    case "SRV":
      return (await resolver.resolveSrv(name)).map((r) => `${r.priority} ${r.weight} ${r.port} ${r.name}.`);
  }
}
