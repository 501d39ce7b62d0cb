import type { Refusal } from "./clashes.ts";
import { timeZone } from "./settings.ts";

type Language = "da" | "en";

function when(at: number, language: Language): string {
  const part = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(language === "da" ? "da-DK" : "en-GB", { timeZone, ...options }).format(at);
  const day = { day: "numeric", month: "long" } as const;
  const time = { hour: "2-digit", minute: "2-digit" } as const;
  if (language === "en") return part({ weekday: "long", ...day, ...time });
  return `${part({ weekday: "long" })} den ${part(day)} kl. ${part(time)}`;
}

/** A refused booking in words a clerk understands. */
export function refusalText(refusal: Refusal, language: Language): string {
  const danish = language === "da";
  const { name } = refusal;
  switch (refusal.why) {
    case "taken":
      return danish
        ? `${name} er optaget ${when(refusal.at, "da")}. Aftalen er ikke gemt.`
        : `${name} is taken on ${when(refusal.at, "en")}. The appointment was not saved.`;
    case "closed":
      return danish
        ? `${name} kan ikke bookes ${when(refusal.at, "da")}: det er uden for åbningstiden. Aftalen er ikke gemt.`
        : `${name} cannot be booked on ${when(refusal.at, "en")}: it is closed then. The appointment was not saved.`;
    case "notYours":
      return danish
        ? `${name} kan kun bookes af bestemte medarbejdere. Aftalen er ikke gemt.`
        : `${name} can be booked by certain employees only. The appointment was not saved.`;
    case "endless":
      return danish
        ? `${name} kan højst bookes et år frem i en serie. Sæt en slutdato på serien. Aftalen er ikke gemt.`
        : `${name} can be booked in a series of a year at most. Give the series an end. The appointment was not saved.`;
    case "unreadable":
      return danish
        ? `Aftalen kunne ikke læses, så ${name} er ikke booket. Aftalen er ikke gemt.`
        : `The appointment could not be read, so ${name} is not booked. The appointment was not saved.`;
    case "absurd":
      return absurdText(language);
  }
}

/**
 * A refusal of SOGo's own with its time as people write it: SOGo puts the office's own zone behind each, whatever the formats
 * it is told say.
 */
export const tidyRefusal = (text: string, language: Language): string =>
  text.replaceAll(/ (\d\d):(\d\d) CES?T\b/g, language === "da" ? " kl. $1.$2" : " at $1:$2");

/** When the calendar's keeper does not answer. */
export const awayText = (language: Language): string =>
  language === "da"
    ? "Kalenderen svarer ikke lige nu. Prøv igen om et øjeblik."
    : "The calendar does not answer right now. Try again in a moment.";

/** When an appointment asks for more than anybody can hold. */
export const absurdText = (language: Language): string =>
  language === "da"
    ? "Aftalen gentages på en måde, kalenderen ikke kan rumme. Aftalen er ikke gemt."
    : "The appointment repeats in a way the calendar cannot hold. The appointment was not saved.";
