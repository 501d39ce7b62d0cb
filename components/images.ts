/**
 * Recipes that only some stacks run, with the section of the stack file that declares their service. A recipe that is not
 * listed here is taken as needed by every stack.
 */
const optional: Readonly<Record<string, string>> = {
  "existing-ad": "demo",
  postfix: "mail",
  rspamd: "mail",
  dovecot: "mail",
  mailman: "lists",
  sogo: "booking",
  files: "files",
};

/**
 * Which images a stack runs, so that a municipality does not build what only a demo or a service it does not use needs.
 *
 * @param config a checked stack file
 * @param recipes names of all recipes
 * @returns those of the recipes, in their order. What they build upon may be missing: it is built along
 */
export function usedImages(config: object, recipes: readonly string[]): readonly string[] {
  const sections = config as Readonly<Record<string, unknown>>;
  return recipes.filter((recipe) => {
    const section = optional[recipe];
    return section === undefined || sections[section] !== undefined;
  });
}
