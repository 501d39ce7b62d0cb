import type { Stats } from "node:fs";

/** Tells one content of a file from another, without quotes: each write makes a new file. */
export const etagOf = ({ ino, mtimeMs, size }: Stats): string =>
  `${ino.toString(36)}-${mtimeMs.toString(36)}-${size.toString(36)}`;
