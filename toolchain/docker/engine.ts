import Docker from "dockerode";
import { ConfigError, ResourceError } from "../plugin/resource.ts";

/** The engine that the plug-in works on; set once by the provider's settings. */
export class Engine {
  #docker: Docker | undefined;

  /** @throws ConfigError when the address is of a kind that is not covered */
  connect(host: string | undefined): void {
    this.#docker = new Docker(host === undefined ? undefined : addressOf(host));
  }

  get docker(): Docker {
    this.#docker ??= new Docker();
    return this.#docker;
  }
}

function addressOf(host: string): Docker.DockerOptions {
  if (host.startsWith("unix://")) return { socketPath: host.slice("unix://".length) };
  const tcp = /^tcp:\/\/\[?([^\]/]+?)\]?:(\d+)\/?$/.exec(host);
  if (tcp?.[1] && tcp[2] && !process.env["DOCKER_TLS_VERIFY"]) {
    return { host: tcp[1], port: Number(tcp[2]), protocol: "http" };
  }
  throw new ConfigError(
    `docker:host: planb's own plug-in reaches an engine at unix:///path or, without TLS, tcp://host:port; got ${JSON.stringify(host)}`,
  );
}

/** HTTP status of an engine's refusal, or undefined for other errors. */
export function statusOf(error: unknown): number | undefined {
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === "number" ? status : undefined;
}

/** What the engine said, in its own words. */
export function reasonOf(error: unknown): string {
  const { json, message, code } = error as { json?: { message?: string }; message?: string; code?: string };
  if (code === "ENOENT" || code === "ECONNREFUSED" || code === "EACCES") {
    return `the Docker engine does not answer (${message})`;
  }
  return json?.message ?? message ?? String(error);
}

/** The result, or undefined when the engine says that there is no such thing. */
export async function orGone<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/** Runs work, telling what was being done when the engine refuses. */
export async function doing<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ResourceError) throw error;
    throw new ResourceError(`${what}: ${reasonOf(error)}`);
  }
}

/** Waits, unless cancelled. @throws the signal's reason */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal.addEventListener("abort", stop, { once: true });
  });
}
