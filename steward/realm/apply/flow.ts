import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { realmName } from "../config.ts";
import { type FlatStep, flatten, type Requirement, type Step } from "../desired/flow.ts";
import type { DesiredRealm } from "../desired/index.ts";
import { RealmError } from "../errors.ts";
import type { Applying } from "./change.ts";

const realm = realmName;
const prefix = "planb browser";

/**
 * Brings the login's steps in line. A flow that differs is not mended but made anew beside the old one, bound, and the
 * old one removed: no login ever meets a half-changed flow.
 */
export async function applyBrowserFlow(to: Applying, { browserFlow }: DesiredRealm): Promise<void> {
  const { admin, changes } = to;
  const bound = (await admin.realms.findOne({ realm }))?.browserFlow ?? "";
  const flows = (await admin.authenticationManagement.getFlows({ realm })).filter(({ alias }) =>
    alias?.startsWith(prefix),
  );
  let keep = bound;
  if (!flows.some(({ alias }) => alias === bound) || !isDeepStrictEqual(await read(to, bound), flatten(browserFlow))) {
    keep = `${prefix} ${randomBytes(4).toString("hex")}`;
    changes.push(`browser login flow: made anew (was "${bound}")`);
    await create(to, keep, browserFlow);
    await admin.realms.update({ realm }, { realm, browserFlow: keep });
  }
  for (const flow of flows.filter(({ alias }) => alias !== keep)) {
    await admin.authenticationManagement.deleteFlow({ realm, flowId: flow.id ?? "" });
  }
}

/** The steps as Keycloak has them; the groups' names without the flow's own before them. */
async function read({ admin }: Applying, top: string): Promise<FlatStep[]> {
  const executions = await admin.authenticationManagement.getExecutions({ realm, flow: top });
  const steps: FlatStep[] = [];
  for (const { level, providerId, displayName, requirement, authenticationConfig: id } of executions) {
    const config =
      id === undefined ? {} : ((await admin.authenticationManagement.getConfig({ realm, id })).config ?? {});
    const name = providerId ?? displayName?.slice(`${top} - `.length) ?? "";
    steps.push({ level: level ?? 0, name, requirement: (requirement ?? "DISABLED") as Requirement, config });
  }
  return steps;
}

async function create(to: Applying, top: string, steps: readonly Step[]): Promise<void> {
  const { admin } = to;
  await admin.authenticationManagement.createFlow({
    realm,
    alias: top,
    providerId: "basic-flow",
    topLevel: true,
    builtIn: false,
  });
  await add(to, top, top, steps);
  const wanted = flatten(steps);
  const executions = await admin.authenticationManagement.getExecutions({ realm, flow: top });
  if (executions.length !== wanted.length)
    throw new RealmError(`flow ${top}: Keycloak made ${executions.length} steps`);
  for (const [index, execution] of executions.entries()) {
    const { requirement, config, name } = wanted[index] as FlatStep;
    await admin.authenticationManagement.updateExecution({ realm, flow: top }, { ...execution, requirement });
    if (Object.keys(config).length === 0) continue;
    const alias = `${top} - ${name} ${index}`;
    await admin.authenticationManagement.createConfig({ realm, id: execution.id ?? "", alias, config } as never);
  }
}

async function add(to: Applying, top: string, parent: string, steps: readonly Step[]): Promise<void> {
  const { authenticationManagement } = to.admin;
  for (const { authenticator, flow, steps: inner = [] } of steps) {
    if (authenticator !== undefined) {
      await authenticationManagement.addExecutionToFlow({ realm, flow: parent, provider: authenticator });
      continue;
    }
    const alias = `${top} - ${flow}`;
    await authenticationManagement.addFlowToFlow({
      realm,
      flow: parent,
      alias,
      type: "basic-flow",
      provider: "registration-page-form",
      description: "",
    });
    await add(to, top, alias, inner);
  }
}
