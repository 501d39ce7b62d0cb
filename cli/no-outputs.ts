import type { StackThings } from "../platform/docker/operate.ts";

/**
 * Why nothing can be told of a stack that exported nothing here, and what to do: it is not up, its first `up` was broken
 * off, or it was brought up with a state that this machine or checkout does not have.
 *
 * @param known whether the backend knows the stack
 * @param backend address of the backend
 * @param things what the engine holds of it
 */
export function whyNoOutputs(stack: string, known: boolean, backend: string, things: StackThings): string {
  const { containers, volumes } = things;
  const start = `start it with: ./planb up ${stack}`;
  if (containers.length === 0) {
    const kept = volumes.length === 0 ? "" : `; volumes of an earlier one are kept: ${volumes.join(", ")}`;
    return `the stack ${stack} is not up${kept}; ${start}`;
  }
  const there = `this engine holds ${containers.length} containers of it: ${containers.join(", ")}`;
  if (known) return `the first up of the stack ${stack} was not finished; ${there}\nCarry on with: ./planb up ${stack}`;
  return (
    `the state of the stack ${stack} is not in ${backend}, but ${there}\n` +
    "It was brought up from another checkout or backend: work there, or name that backend in PULUMI_BACKEND_URL.\n" +
    `If that state is lost: ./planb down ${stack} stops what runs and keeps the data; then ./planb up ${stack} takes the data\n` +
    "over, under the same master secret."
  );
}
