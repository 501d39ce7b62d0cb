/** Languages of the pages. */
export type Language = "da" | "en";

/** A page of a headline and a sentence. */
export interface Note {
  readonly title: string;
  readonly text: string;
}

/** What the frame of every page says, in one language. The compiler refuses a language that lacks a text. */
export interface FrameTexts {
  readonly skip: string;
  readonly otherLanguage: string;
  readonly menu: string;
  readonly startPage: string;
  readonly help: string;
  readonly logOut: string;
  readonly path: string;
  readonly ago: {
    readonly seconds: string;
    readonly minutes: (n: number) => string;
    readonly hours: (n: number) => string;
    readonly days: (n: number) => string;
  };
  readonly bye: Note & { readonly again: string };
  readonly missing: Note;
  readonly refused: Note;
  readonly tooLarge: Note;
  readonly failed: Note;
}

const da: FrameTexts = {
  skip: "Gå til indholdet",
  otherLanguage: "English",
  menu: "Menu",
  startPage: "Startside",
  help: "Hjælp",
  logOut: "Log ud",
  path: "Du er her",
  ago: {
    seconds: "under et minut",
    minutes: (n) => (n === 1 ? "1 minut" : `${n} minutter`),
    hours: (n) => (n === 1 ? "1 time" : `${n} timer`),
    days: (n) => (n === 1 ? "1 dag" : `${n} dage`),
  },
  bye: {
    title: "Du er logget ud",
    text: "Du er ude af alle tjenester. Luk browseren, hvis andre bruger samme pc.",
    again: "Log ind igen",
  },
  missing: { title: "Siden findes ikke", text: "Adressen er måske skrevet forkert, eller siden er flyttet." },
  refused: {
    title: "Det må du ikke her",
    text: "Enten har du ikke adgang, eller også kom du fra en anden side. Gå tilbage til startsiden, og prøv derfra.",
  },
  tooLarge: { title: "Det fylder for meget", text: "Prøv igen med noget, der fylder mindre." },
  failed: { title: "Det gik galt", text: "Det er ikke dig, der har gjort noget forkert. Prøv igen om lidt." },
};

const en: FrameTexts = {
  skip: "Skip to the content",
  otherLanguage: "Dansk",
  menu: "Menu",
  startPage: "Start page",
  help: "Help",
  logOut: "Log out",
  path: "You are here",
  ago: {
    seconds: "less than a minute",
    minutes: (n) => (n === 1 ? "1 minute" : `${n} minutes`),
    hours: (n) => (n === 1 ? "1 hour" : `${n} hours`),
    days: (n) => (n === 1 ? "1 day" : `${n} days`),
  },
  bye: {
    title: "You are logged out",
    text: "You are out of all services. Close the browser if others use the same PC.",
    again: "Log in again",
  },
  missing: { title: "There is no such page", text: "The address may be misspelt, or the page has moved." },
  refused: {
    title: "You may not do that here",
    text: "Either you have no access, or you came from another site. Go back to the start page and try from there.",
  },
  tooLarge: { title: "That is too large", text: "Try again with something smaller." },
  failed: { title: "Something went wrong", text: "You have done nothing wrong. Try again in a moment." },
};

/** The frame's texts by language. */
export const frameTexts: Readonly<Record<Language, FrameTexts>> = { da, en };
