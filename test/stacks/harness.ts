import * as pulumi from "@pulumi/pulumi";
import { type Sections, type StackConfig, type StackIdentity, stackIdentity } from "../../config/index.ts";
import { imageRefs } from "../../images/recipe.ts";
import type { Workload } from "../../model/index.ts";
import { choosePlatform } from "../../platform/index.ts";
import type { Platform } from "../../platform/platform.ts";

/** The program's composition, as `components/index.ts` exports it. */
export interface Program<S extends Sections> {
  readonly sections: S;
  deploy(args: {
    config: StackConfig<S>;
    identity: StackIdentity;
    platform: Platform;
    settings: pulumi.Config;
  }): object;
}

/** A resource as Pulumi was asked for it. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  /** Arguments as the program gave them: Outputs are Outputs still. */
  readonly given: Readonly<Record<string, unknown>>;
  /** The same, resolved; what was secret is shown. */
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly options: pulumi.CustomResourceOptions;
}

/** What deploying a stack under mocks came to. */
export interface Deployed {
  readonly stack: string;
  /** Resources of providers; components are left out. */
  readonly resources: readonly Registered[];
  readonly workloads: readonly Workload[];
  /** The stack's outputs, resolved. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** The secrets that were asked of Pulumi's config, by name; `master` is among them. */
  readonly given: ReadonlyMap<string, string>;
}

// The SDK notes a stack with each promise and resource, as errors without a message; spelling them out takes as long as all
// the rest. As toolchain/program/start.mjs does for the program itself.
const spelled = Error.prepareStackTrace;
Error.prepareStackTrace = (error, frames) => {
  if (!error.message && error.constructor === Error) return String(error);
  return spelled?.(error, frames) ?? [String(error), ...frames.map((frame) => `    at ${frame}`)].join("\n");
};

/** References by content; reading all recipes takes a while. */
export const images = imageRefs();

/** What a given secret is under mocks unless a test says otherwise; the master is long enough to derive from. */
const madeUp = (name: string): string => `hemmelig-${name}-`.padEnd(48, "x");

/**
 * Deploys a stack under Pulumi's mocks: everything is declared as for real, and nothing is made.
 *
 * @param kind which platform to deploy on, whatever the stack file says
 * @param secrets given secrets that must be more than a made-up text
 * @throws what the program throws; what an `apply` throws fails the test run as an unhandled rejection
 */
export async function deployUnderMocks<S extends Sections>(
  kind: "docker" | "kubernetes",
  stack: string,
  config: StackConfig<S>,
  program: Program<S>,
  secrets: Readonly<Record<string, string>> = {},
): Promise<Deployed> {
  const resolved = new Map<string, Record<string, unknown>>();
  await pulumi.runtime.setMocks(
    {
      call: () => ({}),
      newResource: ({ type, name, inputs, custom }) => {
        if (custom) resolved.set(`${type} ${name}`, shown(inputs) as Record<string, unknown>);
        return { id: custom ? `${name}-id` : "", state: { ...inputs, ...answered(type) } };
      },
    },
    "planb",
    stack,
  );
  const asked: Omit<Registered, "inputs">[] = [];
  const workloads: Workload[] = [];
  const given = new Map<string, string>();
  const settings = givenSecrets(given, secrets);
  let failure: unknown;
  const outputs = await pulumi.runtime.runInPulumiStack(async () => {
    // Thrown on, it would show up a second time as a rejection that nobody handles.
    try {
      pulumi.runtime.registerStackTransformation(({ type, name, props, opts }) => {
        asked.push({ type, name, given: props, options: opts });
        return undefined;
      });
      const identity = stackIdentity(stack, config as never);
      const { kubernetes } = config as StackConfig;
      const inner = await choosePlatform(kind, { identity, images, masterMark: "mark", kubernetes });
      const platform: Platform = {
        workloads: inner.workloads,
        run: (workload, options) => {
          workloads.push(workload);
          return inner.run(workload, options);
        },
      };
      return program.deploy({ config, identity, platform, settings });
    } catch (error) {
      failure = error;
      return {};
    }
  });
  await pulumi.runtime.disconnect();
  if (failure !== undefined) throw failure;
  const resources = asked.flatMap((resource) => {
    const inputs = resolved.get(`${resource.type} ${resource.name}`);
    return inputs === undefined ? [] : [{ ...resource, inputs }];
  });
  return { stack, resources, workloads, outputs: (await value(outputs)) ?? {}, given };
}

/** Pulumi's config with every secret in it that is asked for. */
function givenSecrets(asked: Map<string, string>, secrets: Readonly<Record<string, string>>): pulumi.Config {
  const secret = (key: string) => {
    const text = secrets[key] ?? madeUp(key);
    asked.set(key, text);
    return pulumi.secret(text);
  };
  return new Proxy(new pulumi.Config("planb"), {
    get: (config, property) =>
      property === "requireSecret" || property === "getSecret" ? secret : Reflect.get(config, property, config),
  });
}

/** What a cluster fills in, where the program builds upon it. */
function answered(type: string): Record<string, unknown> {
  if (type === "kubernetes:core/v1:Service") return { spec: { clusterIP: "10.96.0.7" } };
  if (type === "kubernetes:core/v1:Secret") return { metadata: { resourceVersion: "4711" } };
  return {};
}

/** Pulumi's wrapper of a secret on the wire; https://github.com/pulumi/pulumi, sdk/nodejs/runtime/rpc.ts. */
const wrapper = "4dabf18193072939515e22adb298388d";

/** A value with the secrets in it shown. */
function shown(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shown);
  if (value === null || typeof value !== "object") return value;
  if (wrapper in value) return shown((value as unknown as { value: unknown }).value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shown(item)]));
}

const value = <T>(output: pulumi.Input<T>): Promise<T> =>
  new Promise((resolve) => pulumi.output(output).apply((v) => resolve(v as T)));

/** Whether a value is, or holds, a secret at exactly this place. */
export const secretHere = async (given: unknown): Promise<boolean> =>
  pulumi.Output.isInstance(given) && (await pulumi.isSecret(given));
