import { readFileSync } from "node:fs";
import { join } from "node:path";
import Docker from "dockerode";
import { parse } from "yaml";
import type { OpenStack } from "../cli/stack.ts";
import type { StackOutputs } from "../model/outputs.ts";
import { dockerName } from "../platform/docker/render.ts";
import { agentFor, login as logIn, type ProbeContext, ProbeFailure } from "../probes/index.ts";
import { type Bench, median } from "./harness.ts";
import { type LocalRealm, makeLocalRealm } from "./local-realm.ts";
import { benchStack, bringUp, removeStack, tell } from "./stack.ts";

const rounds = 3;
const loginsARound = 120;
const atOnce = 6;
const timeoutMs = 20_000;

/** The staff of the demo's Active Directory who may log in: name and password. */
function staff(): { readonly names: readonly string[]; readonly password: string } {
  const file = join(import.meta.dirname, "..", "images", "existing-ad", "people.yaml");
  const { password, people } = parse(readFileSync(file, "utf8")) as {
    readonly password: string;
    readonly people: readonly (readonly [string, string, string, string, { readonly state?: string }?])[];
  };
  return { password, names: people.filter((person) => person[4]?.state === undefined).map(([name]) => name) };
}

interface Round {
  /** Logins a second. */
  readonly rate: number;
  readonly failures: number;
}

/** Runs many logins, a few at once, and counts those that failed. */
async function round(one: (index: number) => Promise<void>): Promise<Round> {
  let next = 0;
  let failures = 0;
  const work = async () => {
    for (let index = next++; index < loginsARound; index = next++) {
      try {
        await one(index);
      } catch (error) {
        if (!(error instanceof ProbeFailure) && (error as Error).name !== "AbortError") throw error;
        tell(String(error));
        failures++;
      }
    }
  };
  const begin = performance.now();
  await Promise.all(Array.from({ length: atOnce }, work));
  return { rate: (loginsARound - failures) / ((performance.now() - begin) / 1000), failures };
}

/** A login by the gateway, from the start page and back. */
function throughGateway(stack: OpenStack, outputs: StackOutputs): (index: number) => Promise<void> {
  const { names, password } = staff();
  const context: ProbeContext = { caPem: outputs.caPem, address: stack.identity.hostAddress, secrets: {} };
  const agent = agentFor(context, timeoutMs);
  const url = `${stack.identity.origin("start")}/`;
  return async (index) => {
    const username = names[index % names.length] ?? "";
    const attempt = { url, username, password, contains: "<html", timeoutMs };
    await logIn(attempt, context, AbortSignal.timeout(timeoutMs), agent);
  };
}

/** A login of a local user at Keycloak itself, code and token included. */
function locally(outputs: StackOutputs, realm: LocalRealm): (index: number) => Promise<void> {
  const { loginUrl: url, password, users, agent } = realm;
  const context: ProbeContext = { caPem: outputs.caPem, secrets: {} };
  return async (index) => {
    const username = users[index % users.length] ?? "";
    const attempt = { url, username, password, contains: '"issuer"', timeoutMs };
    const { page } = await logIn(attempt, context, AbortSignal.timeout(timeoutMs), agent);
    await realm.finish(page.url);
  };
}

async function measure(stack: OpenStack, outputs: StackOutputs) {
  const ad = new Docker().getContainer(dockerName(stack.name, "existing-ad"));
  const realm = await makeLocalRealm(stack, outputs, staff().names.length);
  const [gateway, local] = [throughGateway(stack, outputs), locally(outputs, realm)];
  const series = { there: [] as Round[], gone: [] as Round[], local: [] as Round[] };
  try {
    tell("everybody's first login, which is not measured");
    await round(gateway);
    await round(local);
    for (let run = 0; run < rounds; run++) {
      tell(`round ${run + 1} of ${rounds}`);
      series.there.push(await round(gateway));
      series.local.push(await round(local));
      await ad.stop();
      series.gone.push(await round(gateway));
      await ad.start();
      await healthy(ad);
    }
  } finally {
    await realm.close();
  }
  return series;
}

async function healthy(container: Docker.Container): Promise<void> {
  for (let attempt = 0; attempt < 120; attempt++) {
    if ((await container.inspect()).State.Health?.Status === "healthy") return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error("the existing AD is not healthy again");
}

/** Browser logins a second by the gateway, with the AD there and gone, against local users of the same Keycloak. */
export const login: Bench = {
  name: "login",
  about: "browser logins a second, AD there and AD gone, against local users of the same Keycloak without the gateway",
  async run() {
    const stack = await benchStack("benchlogin", [28180, 28543], { "sso.secondFactor.requiredFor": [] });
    try {
      const series = await measure(stack, await bringUp(stack));
      const rates = (list: readonly Round[]) => list.map(({ rate }) => rate);
      const [there, gone, local] = [rates(series.there), rates(series.gone), rates(series.local)];
      const failures = [...series.there, ...series.gone].reduce((sum, one) => sum + one.failures, 0);
      const ratio = median(there) / median(local);
      const withoutAd = median(gone) / median(there);
      return {
        bench: "login",
        compares: `${loginsARound} logins a round, ${atOnce} at once, of people whose password is known here: page, form, back at the start page; with the same Keycloak's local users without gateway, code and token included. Without second factor, whose codes are good once in 30 s`,
        goal: "ratio at least 0.8; AD gone: no slower (0.9 allowed for noise), no failure",
        series: [
          { label: "through the gateway, AD there", unit: "logins/s", values: there },
          { label: "through the gateway, AD gone", unit: "logins/s", values: gone },
          { label: "local users, no gateway", unit: "logins/s", values: local },
        ],
        figures: { ratio, "AD gone to AD there": withoutAd, failures },
        met: ratio >= 0.8 && withoutAd >= 0.9 && failures === 0,
      };
    } finally {
      await removeStack(stack);
    }
  },
};
