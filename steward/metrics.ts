import { Counter, Gauge, type OpenMetricsContentType, Registry } from "prom-client";
import type { StewardStatus } from "../model/status.ts";
import type { PassReport } from "./directory/index.ts";

/** The steward's metrics in the OpenMetrics format. */
export interface Metrics {
  /** Counts a pass; undefined: there was none, for the existing directory cannot be used. */
  pass(report: PassReport | undefined): void;
  /** The text of `/metrics`. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** @param status asked at each reading */
export function createMetrics(status: () => StewardStatus): Metrics {
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  const registers = [registry];
  const gauge = <T extends string>(name: string, help: string, labelNames: readonly T[] = []): Gauge<T> =>
    new Gauge({ name: `planb_${name}`, help, labelNames, registers });
  const passes = new Counter({
    name: "planb_directory_passes",
    help: "Passes of the directory sync, by kind and result",
    labelNames: ["kind", "result"],
    registers,
  });
  const entries = new Counter({
    name: "planb_directory_entries",
    help: "Entries of the shadow directory written by the sync, by what was done",
    labelNames: ["action"],
    registers,
  });
  const seconds = gauge("directory_pass_seconds", "How long the last pass took");
  const faults = gauge("directory_faults", "Entries the last pass could not read or write");
  const people = gauge("directory_people", "People in the shadow directory, deleted ones too while they are kept");
  const groups = gauge("directory_groups", "Groups in the shadow directory");
  const age = gauge("directory_copy_age_seconds", "Age of the copy; -1: there is none yet");
  const reachable = gauge("directory_existing_up", "Whether the existing directory could be used at the last pass");
  const held = gauge("directory_held", "Whether the guard holds a pass back until an operator says yes");
  const severed = gauge("directory_severed", "Whether the shadow directory is the authority");
  const covered = gauge("directory_coverage_ratio", "Share who could log in without the existing directory", ["group"]);
  const target = gauge("directory_coverage_target_ratio", "The share that is wanted");
  const realm = gauge("realm_ok", "Whether the realm is as the code describes it");
  const parked = gauge("lists_parked", "Mails that the lists took and could not deliver");
  const up = gauge("service_up", "Whether all probes of a service succeed", ["service"]);
  const probeUp = gauge("probe_ok", "Whether a probe succeeds", ["probe"]);
  const probeSeconds = gauge("probe_seconds", "How long a probe took", ["probe"]);
  const certificate = gauge("certificate_days", "Days left of a certificate that is shown, by host and port", [
    "where",
  ]);
  const number = (value: boolean): number => (value ? 1 : 0);

  const collect = (): void => {
    const { directory, realm: realmNow, lists, services, certificates } = status();
    if (directory) {
      people.set(directory.people);
      groups.set(directory.groups);
      age.set(directory.ageSeconds ?? -1);
      reachable.set(number(directory.state === "ok" || directory.state === "held"));
      held.set(number(directory.held !== undefined));
      severed.set(number(directory.authority === "planb"));
      covered.reset();
      if (directory.coverage) {
        target.set(directory.coverage.targetPercent / 100);
        covered.set({ group: "all" }, ratio(directory.coverage));
        for (const group of directory.coverage.groups) covered.set({ group: group.name }, ratio(group));
      }
    }
    certificate.reset();
    for (const { where, validTo } of certificates)
      certificate.set({ where }, (Date.parse(validTo) - Date.now()) / 86_400_000);
    if (realmNow) realm.set(number(realmNow.state === "ok"));
    if (lists) parked.set(lists.parked ?? 0);
    for (const { service, ok, probes } of services) {
      if (ok !== undefined) up.set({ service }, number(ok));
      for (const probe of probes) {
        probeUp.set({ probe: probe.name }, number(probe.ok));
        probeSeconds.set({ probe: probe.name }, probe.ms / 1000);
      }
    }
  };
  return {
    pass(report) {
      if (!report) return passes.inc({ kind: "none", result: "unreachable" });
      passes.inc({ kind: report.kind, result: report.held ? "held" : "done" });
      seconds.set(report.seconds);
      faults.set(report.faults.length);
      for (const action of ["added", "changed", "removed"] as const) entries.inc({ action }, report[action]);
    },
    async text() {
      collect();
      return registry.metrics();
    },
    contentType: registry.contentType,
  };
}

const ratio = ({ total, known }: { readonly total: number; readonly known: number }): number =>
  total === 0 ? 1 : known / total;
