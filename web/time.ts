import { frameTexts, type Language } from "./texts.ts";

const timeZone = "Europe/Copenhagen";
const locales = { da: "da-DK", en: "en-GB" } as const;

/** Time of day, e.g. "14.05". */
export const clock = (language: Language, time: Date): string =>
  new Intl.DateTimeFormat(locales[language], { timeStyle: "short", timeZone }).format(time);

/** Day and time, e.g. "24. november 2026 kl. 14.05". */
export const date = (language: Language, time: Date): string =>
  new Intl.DateTimeFormat(locales[language], { dateStyle: "long", timeStyle: "short", timeZone }).format(time);

/** Day, e.g. "24. november 2026". */
export const day = (language: Language, time: Date): string =>
  new Intl.DateTimeFormat(locales[language], { dateStyle: "long", timeZone }).format(time);

/** An age in words: the largest unit that fits, e.g. "2 timer". */
export function age(language: Language, seconds: number): string {
  const t = frameTexts[language].ago;
  if (seconds < 60) return t.seconds;
  if (seconds < 3600) return t.minutes(Math.floor(seconds / 60));
  if (seconds < 86400) return t.hours(Math.floor(seconds / 3600));
  return t.days(Math.floor(seconds / 86400));
}
