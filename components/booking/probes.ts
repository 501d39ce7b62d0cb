import type { StackIdentity } from "../../config/index.ts";
import type { Probe } from "../../model/index.ts";
import { smokeAppPasswordSecret } from "../access/index.ts";
import { smokeAddress, smokeUser } from "../sso/index.ts";
import { groupwareHost, probeRoomAddress } from "./workloads.ts";

/**
 * What a user finds at the calendar's host: the way to the login, and a booking that holds.
 *
 * @param mailDomain of the stack; without mail nobody has an address to be invited by, and no booking is tried
 */
export function bookingProbes(identity: StackIdentity, mailDomain: string | undefined): readonly Probe[] {
  const origin = identity.origin(groupwareHost);
  const page: Probe = {
    kind: "http",
    name: "booking-page",
    service: "booking",
    title: { en: "The calendar leads to the login", da: "Kalenderen fører til login" },
    url: `${origin}/SOGo/`,
    status: 302,
  };
  if (mailDomain === undefined) return [page];
  return [
    page,
    {
      kind: "booking",
      name: "booking-room",
      service: "booking",
      title: { en: "A room is booked once, not twice", da: "Et lokale bookes én gang og ikke to" },
      url: `${origin}/SOGo/dav/`,
      username: smokeUser,
      passwordSecret: smokeAppPasswordSecret,
      mail: smokeAddress(mailDomain),
      room: probeRoomAddress(mailDomain),
      timeoutMs: 30_000,
      // Each leaves two rows in SOGo's tables, until they are cleared away.
      everySeconds: 300,
    },
  ];
}
