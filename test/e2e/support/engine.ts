import { setTimeout as sleep } from "node:timers/promises";
import Docker from "dockerode";
import { logText } from "../../../platform/docker/inside.ts";
import { execIn } from "../../../platform/docker/operate.ts";

const docker = new Docker();

/** The containers of one stack on the engine, as an operator of the host sees them. */
export function engineOf(stack: string) {
  const container = (workload: string) => docker.getContainer(`planb-${stack}-${workload}`);
  const pidOf = async (workload: string) => (await container(workload).inspect()).State.Pid;

  return {
    container,
    inspect: (workload: string) => container(workload).inspect(),

    /** Runs a command inside; arguments are passed as they are. */
    exec: (workload: string, command: readonly string[]) => execIn(stack, workload, command),

    /** Kills the process itself, as a crash would: the engine's restart policy has to bring it back. */
    async crash(workload: string): Promise<void> {
      process.kill(await pidOf(workload), "SIGKILL");
    },

    /** Waits until the container is healthy; stops at once when it is gone for good and tells its last log lines. */
    async healthy(workload: string, withinSeconds = 90, notBefore = 0): Promise<void> {
      const end = Date.now() + withinSeconds * 1000;
      for (;;) {
        const { State } = await container(workload).inspect();
        const started = Date.parse(State.StartedAt);
        if (State.Health?.Status === "healthy" && State.Running && started > notBefore) return;
        const dead = State.Status === "dead" || (State.Status === "exited" && !State.Restarting);
        if (dead || Date.now() > end) {
          throw new Error(`${workload} is ${State.Status}/${State.Health?.Status}:\n${await this.logs(workload, 20)}`);
        }
        await sleep(300);
      }
    },

    logs: (workload: string, lines = 200) => logText(container(workload), lines),

    async all(): Promise<Docker.ContainerInfo[]> {
      return docker.listContainers({ all: true, filters: { label: [`io.planb.stack=${stack}`] } });
    },
  };
}

/** Repeats an attempt until it succeeds. Its last failure is thrown when time runs out. */
export async function eventually<T>(attempt: () => Promise<T>, withinSeconds: number, everyMs = 500): Promise<T> {
  const end = Date.now() + withinSeconds * 1000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > end) throw error;
      await sleep(everyMs);
    }
  }
}
