import { type Fields, meansSame, normal } from "./fields.ts";
import { holdsSecret, type Properties, type Value, wrapSecret } from "./values.ts";

/** What was found in reality, in the words of inputs. A property that is missing here cannot be observed. */
export type Observed = { readonly [property: string]: Value | undefined };

/**
 * Inputs as they would have to be for what was found: the old value where it means the same, else the observed one, as a
 * secret where the old one was.
 *
 * @param olds inputs of the last update; undefined on import, where everything observed counts
 */
export function inputsFrom(fields: Fields, olds: Properties | undefined, observed: Observed): Properties {
  const inputs: Record<string, Value> = {};
  for (const [property, field] of Object.entries(fields)) {
    const before = olds?.[property];
    if (!(property in observed)) {
      if (before !== undefined) inputs[property] = before;
      continue;
    }
    const found = observed[property];
    if (olds === undefined) {
      const worthNaming = !meansSame(field, undefined, found) && normal(field, found) !== undefined;
      if (found !== undefined && worthNaming) inputs[property] = found;
    } else if (meansSame(field, before, found)) {
      if (before !== undefined) inputs[property] = before;
    } else if (found !== undefined) {
      inputs[property] = before !== undefined && holdsSecret(before) ? wrapSecret(found) : found;
    }
  }
  return inputs;
}
