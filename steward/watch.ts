import { readFileSync } from "node:fs";
import type { Probe } from "../model/probe.ts";
import type { Seen, ServiceSeen } from "../model/status.ts";
import { type ProbeContext, runProbes } from "../probes/index.ts";
import { log, words } from "./log.ts";
import { type Loop, startLoop } from "./loop.ts";
import type { StatusConfig } from "./status-config.ts";

/** Tries the probes again and again. */
export interface Watch {
  services(): readonly ServiceSeen[];
  stop(): Promise<void>;
}

/** Starts watching; a change from good to bad and back leaves a line in the log. */
export function startWatch(config: StatusConfig, caFile: string): Watch {
  const seen = new Map<string, Seen>();
  const loop: Loop = startLoop(
    async () => {
      try {
        const context: ProbeContext = { caPem: readFileSync(caFile, "utf8"), secrets: secretsOf(config.secretFiles) };
        const due = config.probes.filter((probe) => isDue(probe, seen.get(probe.name)));
        const results = await runProbes(due, context);
        for (const [index, { probe, ok, ms, detail }] of results.entries()) {
          const { title } = due[index] as Probe;
          if (seen.get(probe)?.ok !== ok) log(`probe: ${probe} ${ok ? "ok" : "failed"} ms=${ms}: ${detail}`);
          seen.set(probe, { name: probe, title, ok, ms, detail, at: new Date().toISOString() });
        }
      } catch (error) {
        log(`probe: not run: ${words(error)}`);
      }
    },
    () => ([...seen.values()].every(({ ok }) => ok) ? config.everySeconds : Math.min(10, config.everySeconds)),
  );
  return {
    services() {
      const names = new Set([...config.services, ...config.probes.map(({ service }) => service)]);
      return [...names].map((service) => {
        const probes = config.probes.flatMap((probe) =>
          probe.service === service ? (seen.get(probe.name) ?? []) : [],
        );
        return { service, ok: probes.length === 0 ? undefined : probes.every(({ ok }) => ok), probes };
      });
    },
    stop: () => loop.stop(),
  };
}

const isDue = ({ everySeconds = 0 }: Probe, last: Seen | undefined): boolean =>
  !last?.ok || Date.now() - Date.parse(last.at) >= everySeconds * 1000;

function secretsOf(files: StatusConfig["secretFiles"]): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([name, file]) => [name, readFileSync(file, "utf8").trim()]));
}
