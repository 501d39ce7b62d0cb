import { compare, type Fields, meansSame, problems } from "./fields.ts";
import type { Resource } from "./resource.ts";
import { type Properties, unknown } from "./values.ts";

/**
 * The part of a resource that follows from its fields: check, diff, previews, and a made-up name where none is given.
 *
 * @param computed outputs besides the inputs, not known before it exists
 */
export function fromFields(
  fields: Fields,
  computed: readonly string[] = [],
): Pick<Resource, "prepare" | "check" | "diff" | "deleteBeforeReplace" | "preview"> {
  return {
    prepare(news, { name, olds, seed }) {
      const given = news["name"];
      if (given !== undefined && given !== null) return news;
      const kept = olds["name"];
      return { ...news, name: typeof kept === "string" ? kept : `${name}-${seed.toString("hex").slice(0, 7)}` };
    },
    check: (news) => problems(fields, news),
    diff: (olds, news) => compare(fields, olds, news),
    deleteBeforeReplace: (olds, news) => {
      const name = fields["name"];
      return name !== undefined && meansSame(name, olds["name"], news["name"]);
    },
    preview: (inputs: Properties, olds?: Properties) => ({
      ...inputs,
      ...Object.fromEntries(computed.map((output) => [output, olds?.[output] ?? unknown])),
    }),
  };
}
