/** A property as Pulumi sends it: plain JSON, where secrets are wrapped and values not known yet are a marker. */
export type Value = null | boolean | number | string | readonly Value[] | { readonly [key: string]: Value };

/** Properties of a resource by name. */
export type Properties = { readonly [key: string]: Value };

const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const unknownMarker = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Stands for a value that is not known before the update. */
export const unknown = unknownMarker;

const isObject = (value: Value | undefined): value is { readonly [key: string]: Value } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isSecret = (value: Value | undefined): value is { readonly value: Value } =>
  isObject(value) && value[signatureKey] === secretSignature;

/** Whether anything in the value is a secret. */
export function holdsSecret(value: Value | undefined): boolean {
  if (isSecret(value)) return true;
  if (Array.isArray(value)) return value.some(holdsSecret);
  return isObject(value) && Object.values(value).some(holdsSecret);
}

/** Whether anything in the value is not known yet. */
export function holdsUnknown(value: Value | undefined): boolean {
  if (value === unknownMarker) return true;
  if (Array.isArray(value)) return value.some(holdsUnknown);
  return isObject(value) && Object.values(value).some(holdsUnknown);
}

/** The value without the wrappers of secrets, and without members that are null. */
export function unwrap(value: Value): Value {
  if (isSecret(value)) return unwrap(value.value);
  if (Array.isArray(value)) return value.map((item: Value) => unwrap(item));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null)
      .map(([key, member]) => [key, unwrap(member)]),
  );
}

/** Wraps a value as a secret, unless it holds one already. */
export function wrapSecret(value: Value): Value {
  return holdsSecret(value) ? value : { [signatureKey]: secretSignature, value };
}

/** Two plain values compared; the order of an object's members does not matter. */
export function same(a: Value | undefined, b: Value | undefined): boolean {
  return canonical(a) === canonical(b);
}

/** A text that is the same for the same values, for comparing and sorting. */
export function canonical(value: Value | undefined): string {
  if (value === undefined) return "null";
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return `{${members
    .map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`)
    .sort()
    .join(",")}}`;
}
