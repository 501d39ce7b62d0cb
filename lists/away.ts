import { MailmanError } from "./engine/rest.ts";

/** Node's codes of the network, PostgreSQL's of a server that ends or has no tables yet. */
const codes = /^(ECONN|EHOSTUNREACH|ENOTFOUND|EAI_AGAIN|57P|08|42P01)/;
/** What the database's client says without a code when its connection breaks or does not come about. */
const words =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired$|Client has encountered a connection error)/;

/** Whether an error says that Mailman or the database cannot be reached now. Pure. */
export function isAway(error: Error): boolean {
  if (error instanceof MailmanError) return error.status >= 500;
  if (error.name === "TimeoutError" || (error instanceof TypeError && error.message === "fetch failed")) return true;
  const { code } = error as { code?: string };
  return code === undefined ? words.test(error.message) : codes.test(code);
}
