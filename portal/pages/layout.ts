import { html } from "hono/html";
import type { PortalSettings } from "../settings.ts";
import { type Language, texts } from "../texts.ts";
import type { User } from "../user.ts";

/** HTML that is already escaped. */
export type Html = ReturnType<typeof html>;

/** What every page knows. */
export interface PageContext {
  readonly settings: PortalSettings;
  readonly language: Language;
  /** Path of the page, for the link to the other language. */
  readonly path: string;
  /** Undefined on pages that need no login. */
  readonly user: User | undefined;
}

const mark = html`<svg viewBox="0 0 32 32" aria-hidden="true"><rect x="2.5" y="2.5" width="19" height="19" rx="5" fill="none" stroke="currentColor" stroke-width="2.5" opacity=".45"/><rect x="10" y="10" width="20" height="20" rx="5" fill="currentColor"/></svg>`;

/** The mark as a picture of its own, for the browser's tab. */
export const markSvg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect x="2.5" y="2.5" width="19" height="19" rx="5" fill="none" stroke="#2c8a76" stroke-width="2.5"/><rect x="10" y="10" width="20" height="20" rx="5" fill="#2c8a76"/></svg>`;

const icons = {
  up: html`<svg viewBox="0 0 16 16" aria-hidden="true"><path d="M3 8.5l3.2 3.2L13 5" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"/></svg>`,
  down: html`<svg viewBox="0 0 16 16" aria-hidden="true"><path d="M8 2.5v7M8 13.2v.1" fill="none" stroke="currentColor" stroke-width="2.6" stroke-linecap="round"/></svg>`,
  unknown: html`<svg viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="5" fill="none" stroke="currentColor" stroke-width="2" stroke-dasharray="2.6 2.6"/></svg>`,
} as const;

/** An icon beside words that say the same. */
export const icon = (name: keyof typeof icons): Html => icons[name];

/** Where "log out" leads: edge ends the session here and at Keycloak, and comes back to a page that says so. */
export const logOutPath = (startOrigin: string): string =>
  `/oidc?logout=${encodeURIComponent(`${startOrigin}/logget-ud`)}`;

/** The frame of every page: skip link, landmarks, language, way out. */
export function layout(context: PageContext, title: string, main: Html): Html {
  const { settings, language, path, user } = context;
  const t = texts[language];
  const other: Language = language === "da" ? "en" : "da";
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>${title} - ${settings.municipality}</title>
<link rel="stylesheet" href="/stil.css">
<link rel="icon" type="image/svg+xml" href="/ikon.svg">
</head>
<body>
<a class="skip" href="#indhold">${t.skip}</a>
<header>
<div class="wide">
<a class="brand" href="/">${mark}<span>${settings.municipality}</span></a>
<nav aria-label="${t.startPage}">
<ul>
${path === "/" ? "" : html`<li><a href="/">${t.startPage}</a></li>`}
${path === "/hjaelp" ? "" : html`<li><a href="/hjaelp">${t.help.title}</a></li>`}
<li><a href="${path}?lang=${other}" hreflang="${other}" lang="${other}">${t.otherLanguage}</a></li>
${user ? html`<li><a href="${logOutPath(settings.startOrigin)}">${t.logOut}</a></li>` : ""}
</ul>
</nav>
</div>
</header>
<main class="wide" id="indhold" tabindex="-1">
${main}
</main>
<footer>
<div class="wide">
<span>${settings.municipality}</span>
<span>${settings.startOrigin}</span>
</div>
</footer>
</body>
</html>
`;
}
