import { rename } from "node:fs/promises";
import type { Space } from "./space.ts";

/** What was handed over. */
export interface HandedOver {
  /** Name of the folder among the receiver's files. */
  readonly name: string;
  /** Bytes that the receiver now has beyond their quota; 0 if none. */
  readonly overBytes: number;
}

/**
 * Hands a person's files over to another: they become a folder "Fra <name>" among the other's files, and what is kept of
 * them, deleted files and earlier versions, becomes the other's too. The person's own folder stays, empty. The receiver's
 * quota refuses nothing here: somebody has to have the files.
 */
export async function handOver(from: Space, to: Space, fromName: string): Promise<HandedOver> {
  const base = `Fra ${fromName.replaceAll(/[/\0]/g, "-")}`;
  const bytes = await from.room.used();
  await to.room.used();
  const [name = base] = await to.putBeside([], base, (path) => rename(from.root, path));
  await from.open();
  from.room.changed(-bytes);
  to.room.changed(bytes);
  await to.kept.takeOver(from.kept, name);
  return { name, overBytes: Math.max(0, (await to.room.used()) - to.room.quotaBytes) };
}
