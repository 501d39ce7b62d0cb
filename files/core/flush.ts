import { open } from "node:fs/promises";

/** Puts a file on disk, or the names in a folder: what was answered with "done" outlives a power cut. */
export async function flush(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

interface Turn {
  readonly running: Promise<void>;
  /** For those who came after it began: one more, for all of them. */
  next?: Promise<void>;
}

const turns = new Map<string, Turn>();

/**
 * Puts the names in a folder on disk. Of many who ask at once each gets a flush that began after they asked, but not
 * each one of their own.
 */
export async function flushFolder(path: string): Promise<void> {
  const turn = turns.get(path);
  if (turn) {
    turn.next ??= turn.running.catch(() => undefined).then(() => begin(path));
    return turn.next;
  }
  return begin(path);
}

function begin(path: string): Promise<void> {
  const turn: Turn = { running: flush(path) };
  turns.set(path, turn);
  const end = () => {
    if (turns.get(path) === turn) turns.delete(path);
  };
  turn.running.then(end, end);
  return turn.running;
}
