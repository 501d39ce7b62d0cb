import { readdir } from "node:fs/promises";
import { join } from "node:path";

/** Where Mailman keeps what is on its way, a folder a step. */
const queues = "/data/mailman/queue";

/**
 * How many mails the lists took and could not deliver: those that wait for the next start to be tried again (`shunt`), and those
 * that were tried often enough and rest until somebody looks (`bad`).
 *
 * @param folder of the queues
 */
export async function parkedMails(folder = queues): Promise<number> {
  const names = async (queue: string) => readdir(join(folder, queue)).catch(() => []);
  const [shunt, bad] = [await names("shunt"), await names("bad")];
  return [...shunt, ...bad].filter((name) => /\.(pck|bak|psv)$/.test(name)).length;
}
