import type { Probe } from "../../model/index.ts";
import type { PortalService } from "../portal/index.ts";

/** What a user finds at the lists' host: the login stands in front of everything but the style sheet. */
export function listsProbes(url: string): readonly Probe[] {
  return [
    {
      kind: "http",
      name: "lists-page",
      service: "lists",
      title: { en: "The lists' pages answer", da: "Listernes sider svarer" },
      url: `${url}/stil.css`,
      contains: ".letter",
    },
  ];
}

/** The lists as the start page shows them. */
export const listsPortal = (url: string): PortalService => ({
  service: "lists",
  title: { da: "Mailinglister", en: "Mailing lists" },
  about: {
    da: "Skriv til mange på én gang, tilmeld dig, og læs det, der er sendt.",
    en: "Write to many at once, join, and read what was sent.",
  },
  url: `${url}/`,
});
