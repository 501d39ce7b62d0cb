import type { StackIdentity } from "../../config/index.ts";
import type { Probe } from "../../model/index.ts";
import type { BookingConfig } from "./config.ts";
import { groupwareHost } from "./workloads.ts";

/** What a user finds at the calendar's host: the way to the login. */
export function bookingProbes(_config: BookingConfig, identity: StackIdentity): readonly Probe[] {
  return [
    {
      kind: "http",
      name: "booking-page",
      service: "booking",
      title: { en: "The calendar leads to the login", da: "Kalenderen fører til login" },
      url: `${identity.origin(groupwareHost)}/SOGo/`,
      status: 302,
    },
  ];
}
