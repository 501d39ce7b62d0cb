/** A regular expression for what begins with one of the prefixes. */
export const pathExpression = (prefixes: readonly string[]): string =>
  `^(${prefixes.map((prefix) => prefix.replaceAll(/[.*+?^$()[\]{}|\\]/g, "\\$&")).join("|")})`;
