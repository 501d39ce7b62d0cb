import type { Field } from "../plugin/fields.ts";
import type { Value } from "../plugin/values.ts";

/** Labels as Docker has them. */
export type Labels = Readonly<Record<string, string>>;

/** The `labels` property of every docker resource. */
export const labelsField: Field = {
  shape: {
    kind: "list",
    ordered: false,
    of: {
      kind: "object",
      fields: {
        label: { shape: { kind: "string" }, required: true, says: "Name of the label." },
        value: { shape: { kind: "string" }, required: true, says: "Value of the label." },
      },
    },
  },
  says: "Labels, each with a name and a value.",
};

/** Labels from the property. */
export function toLabels(value: Value | undefined): Labels {
  const list = (value ?? []) as readonly { label: string; value: string }[];
  return Object.fromEntries(list.map(({ label, value }) => [label, value]));
}

/** The property from labels. */
export const fromLabels = (labels: Labels | undefined): Value =>
  Object.entries(labels ?? {}).map(([label, value]) => ({ label, value }));

/** Says which planb stack an object belongs to. */
export const stackLabel = "io.planb.stack";

/**
 * Whether something found under our name was left by an earlier run of the same stack: made, but never recorded because
 * Pulumi was killed.
 */
export const ofSameStack = (found: Labels | undefined, wanted: Labels): boolean =>
  wanted[stackLabel] !== undefined && found?.[stackLabel] === wanted[stackLabel];
