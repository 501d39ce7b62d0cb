import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";

/** Far more than any form without files holds; what is larger is never held in memory. */
export const smallFormBytes = 64 * 1024;

const limit = bodyLimit({ maxSize: smallFormBytes });

/** The fields of a form without files. @throws HTTPException 413 when it is larger than any of ours */
export async function smallForm(c: Context): Promise<Readonly<Record<string, unknown>>> {
  await limit(c, async () => {});
  return c.req.parseBody();
}
