import { type Mode, UserError } from "../model/index.ts";
import type { Platform } from "./platform.ts";

/** What every platform needs to know of the stack. */
export interface PlatformOptions {
  readonly identity: { readonly name: string; readonly mode: Mode; readonly hostAddress: string };
  /** Image reference by recipe name. */
  readonly images: Readonly<Record<string, string>>;
}

/** Loads the platform the stack file names; the other one's SDK is never loaded, it takes seconds. */
export async function choosePlatform(kind: "docker" | "kubernetes", options: PlatformOptions): Promise<Platform> {
  const { identity, images } = options;
  const common = { stack: identity.name, mode: identity.mode, images };
  if (kind === "kubernetes") {
    throw new UserError("platform: kubernetes cannot be deployed yet; write docker");
  }
  const { DockerPlatform } = await import("./docker/index.ts");
  return new DockerPlatform({ ...common, hostAddress: identity.hostAddress });
}
