import { RateLimiterMemory } from "rate-limiter-flexible";
import { addressKey } from "../web/address.ts";

/** Tries of one address at one link, in 15 minutes: nobody else is shut out by them. */
const byAddress = { points: 10, duration: 900 };
/** Tries of all addresses at one link: a password of 8 characters holds for longer than any link lives. */
const byLink = { points: 100, duration: 900 };

/** Counts tries at the passwords of links. */
export interface PasswordTries {
  /**
   * Counts one, before the password is looked at, so that many at once are no way around.
   *
   * @param address of the one who tries, as edge tells it
   * @returns whether it may be looked at
   */
  begin(token: string, address: string | undefined): Promise<boolean>;
  /** It was right: nothing is charged. */
  right(token: string, address: string | undefined): Promise<void>;
}

/** Counters in memory. */
export function passwordTries(): PasswordTries {
  const addresses = new RateLimiterMemory({ keyPrefix: "address", ...byAddress });
  const links = new RateLimiterMemory({ keyPrefix: "link", ...byLink });
  const from = (token: string, address: string | undefined) => `${token} ${addressKey(address) ?? "?"}`;
  const taken = (limiter: RateLimiterMemory, key: string) =>
    limiter.consume(key).then(
      () => true,
      () => false,
    );
  return {
    // An address that is shut does not count against the link.
    begin: async (token, address) => (await taken(addresses, from(token, address))) && (await taken(links, token)),
    async right(token, address) {
      await addresses.delete(from(token, address));
      await links.reward(token);
    },
  };
}
