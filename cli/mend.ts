import { UserError } from "../model/errors.ts";
import { type Made, removeThings, stackMade } from "../platform/docker/operate.ts";
import type { OpenStack } from "./stack.ts";
import type { Tell } from "./steps.ts";

/** What of `pulumi stack export` is looked at. */
interface Exported {
  readonly deployment?: {
    readonly resources?: readonly StateResource[] | null;
    readonly pending_operations?: readonly { readonly resource: StateResource; readonly type: string }[] | null;
  };
}

interface StateResource {
  /** The engine's id of what was made. */
  readonly id?: string;
  readonly type: string;
  readonly inputs?: { readonly name?: unknown };
  readonly outputs?: { readonly name?: unknown };
}

const nameOf = ({ inputs, outputs }: StateResource): string | undefined => {
  const name = outputs?.name ?? inputs?.name;
  return typeof name === "string" ? name : undefined;
};

const exported = async ({ pulumi }: OpenStack): Promise<NonNullable<Exported["deployment"]>> =>
  (JSON.parse(await pulumi.read("stack", "export")) as Exported).deployment ?? {};

/**
 * Mends what an update that was killed has left: its lock, operations of unknown outcome in the state, and containers
 * and networks on the engine that the state does not know. Data is never touched.
 *
 * @returns what was mended, if anything
 * @throws UserError when another update is at work, or containers of a real stack belong to another state
 */
export async function mendStack(stack: OpenStack, tell: Tell): Promise<string | undefined> {
  const mended: string[] = [];
  if (stack.pulumi.unlock() > 0) mended.push("the lock of a killed update");
  const before = await exported(stack);
  const pending = before.pending_operations ?? [];
  if (pending.length > 0) {
    tell(`${pending.length} operations of a killed update are looked after`);
    await stack.pulumi.follow(tell, "refresh", "--clear-pending-creates", "--skip-preview", "--yes");
    mended.push(`${pending.length} operations of a killed update`);
  }
  const unknown = await leftovers(stack);
  const names = [...unknown.containers, ...unknown.networks];
  if (names.length > 0) {
    const explained = new Set(pending.map(({ resource }) => nameOf(resource)));
    const foreign = names.filter((name) => !explained.has(name));
    if (!stack.demo && foreign.length > 0) {
      throw new UserError(
        `of the stack ${stack.name} this engine holds what its state does not know: ${foreign.join(", ")}\n` +
          "Was it started from another checkout or backend? Then use that one. Else remove them with docker rm -f\n" +
          "and docker network rm; the data is in volumes and stays.",
      );
    }
    await removeThings(unknown);
    mended.push(`${names.length} leftovers on the engine`);
  }
  return mended.length === 0 ? undefined : `mended: ${mended.join(", ")}`;
}

/**
 * Containers and networks of the stack that its state does not know. The state knows what it made by id: of the same name
 * may be what another checkout's state made, and this one cannot remove or change those.
 */
async function leftovers(stack: OpenStack): Promise<{ containers: string[]; networks: string[] }> {
  const [{ resources }, made] = await Promise.all([exported(stack), stackMade(stack.name)]);
  const known = new Set((resources ?? []).map(({ id }) => id));
  const unknown = (all: readonly Made[]) => all.filter(({ id }) => !known.has(id)).map(({ name }) => name);
  return { containers: unknown(made.containers), networks: unknown(made.networks) };
}
