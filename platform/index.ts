import type { Mode } from "../model/index.ts";
import type { Platform } from "./platform.ts";

/** What every platform needs to know of the stack. */
export interface PlatformOptions {
  readonly identity: { readonly name: string; readonly mode: Mode; readonly hostAddress: string };
  /** Image reference by recipe name. */
  readonly images: Readonly<Record<string, string>>;
  /** Mark of the stack's master, see `masterMark`. */
  readonly masterMark: string;
  /** The section `kubernetes` of the stack file; of no meaning to Docker. */
  readonly kubernetes?:
    | { readonly registry?: string | undefined; readonly storageClass?: string | undefined }
    | undefined;
}

/** Loads the platform the stack file names; the other one's SDK is never loaded, it takes seconds. */
export async function choosePlatform(kind: "docker" | "kubernetes", options: PlatformOptions): Promise<Platform> {
  const { identity, images } = options;
  const common = { stack: identity.name, mode: identity.mode, images, hostAddress: identity.hostAddress };
  if (kind === "kubernetes") {
    const { KubernetesPlatform } = await import("./kubernetes/index.ts");
    const { registry, storageClass } = options.kubernetes ?? {};
    const cluster = { ...(registry ? { registry } : {}), ...(storageClass ? { storageClass } : {}) };
    return new KubernetesPlatform({ ...common, ...cluster });
  }
  const { DockerPlatform } = await import("./docker/index.ts");
  return new DockerPlatform({ ...common, masterMark: options.masterMark });
}

/**
 * Refuses a stack whose data on the platform was made with another master. A cluster is not asked: there the namespace
 * with its claims belongs to one stack.
 *
 * @throws UserError before anything is changed
 */
export async function refuseOtherMaster(
  kind: "docker" | "kubernetes",
  stack: string,
  masterMark: string,
): Promise<void> {
  if (kind === "kubernetes") return;
  const { refuseOtherMaster: onDocker } = await import("./docker/master.ts");
  await onDocker(stack, masterMark);
}
