import type { StewardStatus } from "./status.ts";

/** Ten minutes after its start, what still waits is no longer on its way: Keycloak takes a while, and no more. */
const patienceMs = 600_000;

/** A room or a piece of equipment of the existing directory that cannot be booked, in a line. */
export const unusableLine = ({ name, why }: { readonly name: string; readonly why: string }): string =>
  `"${name}" of AD cannot be booked: ${why}`;

const whyWords = { unknown: "is not here", ambiguous: "is here more than once" } as const;

/** What of all that the steward knows somebody must look at, a line each, with the part first; empty: nothing. */
export function stewardProblems(status: StewardStatus): string[] {
  const { directory, realm, resources, lists, services } = status;
  const late = Date.parse(status.at) - Date.parse(status.startedAt) > patienceMs;
  const loop = (name: string, part: { readonly state: string; readonly message?: string | undefined } | undefined) => {
    const wrong = part?.state === "failed" || (part?.state === "waiting" && late);
    return part && (wrong || (part.state === "ok" && part.message)) ? [`${name}: ${part.message ?? part.state}`] : [];
  };
  const unknownGroups = directory?.coverage?.unknownGroups ?? [];
  return [
    ...(directory && ["held", "unreachable"].includes(directory.state)
      ? [`directory: ${directory.message ?? directory.state}`]
      : []),
    ...(directory?.shadowUp === false && directory.state !== "unreachable"
      ? ["directory: the shadow directory does not answer"]
      : []),
    ...unknownGroups.map((group) => `directory: the group "${group}" of directory.coverage is not here`),
    ...loop("realm", realm),
    ...loop("resources", resources),
    ...(resources?.waiting ?? []).map(
      ({ resource, group, why }) => `resources: ${resource}: the group "${group}" ${whyWords[why]}`,
    ),
    ...(resources?.unusable ?? []).map((one) => `resources: ${unusableLine(one)}`),
    ...loop("lists", lists),
    ...(lists?.missing ?? []).map(
      ({ list, group, why }) => `lists: ${list}: the group "${group}" ${whyWords[why]}; nobody is taken off meanwhile`,
    ),
    ...(lists?.parked ? [`lists: ${lists.parked} mails could not be delivered and rest in the queue`] : []),
    ...services.flatMap(({ service, ok, probes }) => {
      const red = probes.filter((probe) => !probe.ok);
      if (red.length > 0) return red.map(({ name, detail }) => `${service}: probe ${name}: ${detail}`);
      // The directory and the mailboxes have no page: their keepers tell.
      return ok === false ? [`${service}: does not answer the steward`] : [];
    }),
  ];
}
