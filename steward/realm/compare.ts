/** What Keycloak shows in place of a secret. */
const masked = "**********";

/**
 * Whether what Keycloak has covers what is wanted: further fields are the server's own, empty strings and lists are
 * dropped by it, a masked secret counts as right (its fingerprint stands beside it), and lists are sets.
 */
export function covers(wanted: unknown, found: unknown): boolean {
  if (wanted === found || found === masked) return true;
  if (isEmpty(wanted)) return isEmpty(found);
  if (Array.isArray(wanted)) {
    if (!Array.isArray(found) || wanted.length !== found.length) return false;
    const left = [...found];
    return wanted.every((value) => {
      const at = left.findIndex((other) => covers(value, other));
      if (at >= 0) left.splice(at, 1);
      return at >= 0;
    });
  }
  if (isRecord(wanted)) return isRecord(found) && differences(wanted, found).length === 0;
  return false;
}

/** Names of the fields that differ, sorted. */
export function differences(wanted: object, found: object | undefined): string[] {
  const have: Record<string, unknown> = { ...found };
  return Object.entries(wanted)
    .filter(([key, value]) => !covers(value, have[key]))
    .map(([key]) => key)
    .sort();
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === "" ||
  (Array.isArray(value) && value.every(isEmpty)) ||
  (isRecord(value) && !Array.isArray(value) && Object.keys(value).length === 0);
