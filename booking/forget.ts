import { once } from "node:events";
import { connect } from "node:net";

/** SOGo's cache in this container. */
const memcached = "/run/sogo/memcached.sock";

/**
 * Empties SOGo's cache, where it notes when Keycloak last told it that somebody is logged in: it asks anew at once, for
 * everybody, and only who has logged out is out. What else was cached is read from database and directory again.
 *
 * @throws when the cache does not say that it is done
 */
export async function forgetLogins(path = memcached): Promise<void> {
  const socket = connect({ path, timeout: 3000 });
  socket.setEncoding("utf8").once("timeout", () => socket.destroy(new Error("the cache does not answer")));
  try {
    socket.write("flush_all\r\n");
    const [answer] = (await once(socket, "data")) as [string];
    if (answer !== "OK\r\n") throw new Error(`the cache answered ${JSON.stringify(answer)}`);
  } finally {
    socket.destroy();
  }
}
