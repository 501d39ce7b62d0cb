import type { StackIdentity } from "../../config/index.ts";
import type { PortalService } from "../portal/index.ts";
import { groupwareHost } from "./workloads.ts";

/** Calendar and web mail as the start page lists them. */
export function bookingPortalService(identity: StackIdentity, webmail: boolean): PortalService {
  const origin = identity.origin(groupwareHost);
  // The person's place as programs are asked for it; they find calendars and address books from there.
  const url = `${origin}/SOGo/dav/{guid}/`;
  return {
    service: "booking",
    ...(webmail ? { needs: ["mail", "mailbox"] } : {}),
    title: webmail
      ? { da: "Mail og kalender", en: "Mail and calendar" }
      : { da: "Kalender og booking", en: "Calendar and booking" },
    about: {
      da: `${webmail ? "Læs og skriv mail, se" : "Se"} din og kollegers kalender, book lokaler og udstyr.`,
      en: `${webmail ? "Read and write mail, see" : "See"} your own and colleagues' calendars, book rooms and equipment.`,
    },
    url: `${origin}/SOGo/`,
    settings: [
      { kind: "caldav", url },
      { kind: "carddav", url },
    ],
  };
}
