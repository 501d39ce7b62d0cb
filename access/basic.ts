import { identityClaims } from "../model/identity-headers.ts";
import type { Verdict, Verification } from "./verify.ts";

/** Seconds that edge may go on without asking again. */
const keptSeconds = 60;
/** Seconds that edge may hold a refusal that has a status of its own. */
const refusedSeconds = 5;
const longest = 1024;

/**
 * Reads what edge made of a client's HTTP Basic: base64 of login and password, "~", the client's address.
 *
 * @returns undefined when it has not that form
 */
export function readBasic(token: string): Verification | undefined {
  const [, encoded = "", address] = /^([A-Za-z0-9+/]+={0,2})~([0-9a-fA-F.:]*)$/.exec(token) ?? [];
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon < 1 || text.length > longest) return undefined;
  return { protocol: "dav", login: text.slice(0, colon), password: text.slice(colon + 1), address };
}

/**
 * What edge is told, in the words of a token's introspection: the claims that it tells services who somebody is by. One
 * who has to wait, or whom nobody can check, is told so by a status of its own, not asked for another password.
 */
export function basicAnswer(verdict: Verdict, now: Date): Record<string, unknown> {
  const until = (seconds: number) => Math.floor(now.getTime() / 1000) + seconds;
  switch (verdict.kind) {
    case "refused":
      return { active: false };
    case "wait":
      return { active: true, exp: until(Math.min(verdict.seconds, refusedSeconds)), planb: "wait" };
    case "unchecked":
      return { active: true, exp: until(1), planb: "away" };
    case "right": {
      const { guid, uid, name, mail, groups } = verdict.person;
      return {
        active: true,
        exp: until(keptSeconds),
        planb: "in",
        [identityClaims.guid]: guid,
        [identityClaims.user]: uid,
        [identityClaims.name]: name,
        [identityClaims.mail]: mail,
        [identityClaims.groups]: groups,
      };
    }
  }
}
