import { Pool } from "pg";
import type { BookingSettings } from "./settings.ts";

/**
 * Connections to the groupware's database.
 *
 * @param secret.ca PEM of the stack's authority
 * @param log told of a connection that broke
 */
export function openPool(
  { host, port, name, user }: BookingSettings["database"],
  secret: { readonly password: string; readonly ca: string },
  log: (line: string) => void,
): Pool {
  const pool = new Pool({
    ...{ host, port, database: name, user, password: secret.password },
    ssl: { ca: secret.ca, servername: host },
    max: 2,
    connectionTimeoutMillis: 5000,
    statement_timeout: 15_000,
  });
  pool.on("error", (error) => log(`database: ${error.message}`));
  return pool;
}

/** Does something whole or not at all, and without anybody judging it: it books nothing. */
export async function unjudged<T>(pool: Pool, work: (query: Pool["query"]) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query("begin");
    await client.query("set local planb.undo = 'on'");
    const done = await work(client.query.bind(client) as Pool["query"]);
    await client.query("commit");
    return done;
  } catch (error) {
    await client.query("rollback");
    throw error;
  } finally {
    client.release();
  }
}
