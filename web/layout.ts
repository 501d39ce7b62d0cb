import { html } from "hono/html";
import type { Site } from "./site.ts";
import { frameTexts, type Language, type Note } from "./texts.ts";
import type { User } from "./user.ts";

/** HTML that is already escaped. */
export type Html = ReturnType<typeof html>;

/** A link of the menu. */
export interface MenuLink {
  readonly href: string;
  readonly text: string;
}

/** What every page knows. */
export interface PageContext {
  readonly site: Site;
  readonly language: Language;
  /** Path of the page, to mark it in the menu and for the link to the other language. */
  readonly path: string;
  /** Query of the page without the language; kept when the language changes. */
  readonly query: URLSearchParams;
  /** Undefined on pages that need no login. */
  readonly user: User | undefined;
  /** The site's own links of the menu, for those who are logged in. */
  readonly menu: readonly MenuLink[];
}

const mark = html`<svg viewBox="0 0 32 32" aria-hidden="true"><rect x="2.5" y="2.5" width="19" height="19" rx="5" fill="none" stroke="currentColor" stroke-width="2.5" opacity=".45"/><rect x="10" y="10" width="20" height="20" rx="5" fill="currentColor"/></svg>`;

/** The mark as a picture of its own, for the browser's tab. */
export const markSvg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect x="2.5" y="2.5" width="19" height="19" rx="5" fill="none" stroke="#2c8a76" stroke-width="2.5"/><rect x="10" y="10" width="20" height="20" rx="5" fill="#2c8a76"/></svg>`;

/** Where "log out" leads: edge ends the session at this host and at Keycloak, and comes back to a page that says so. */
export const logOutPath = (origin: string): string => `/oidc?logout=${encodeURIComponent(`${origin}/logget-ud`)}`;

/** The language's link: this page in the other one. */
function languageLink({ path, query }: PageContext, language: Language): string {
  const other = new URLSearchParams(query);
  other.set("lang", language);
  return `${path}?${other}`;
}

/**
 * The frame of every page: skip link, landmarks, menu, language, way out.
 *
 * @param title of the browser's tab, the municipality's name follows
 * @param main the content, with one `h1`
 * @param scripts paths of script files of this site; what they do must not be needed. Default: none
 */
export function layout(context: PageContext, title: string, main: Html, scripts: readonly string[] = []): Html {
  const { site, language, path, user } = context;
  const t = frameTexts[language];
  const other: Language = language === "da" ? "en" : "da";
  const start = site.origin === site.startOrigin ? "" : site.startOrigin;
  const link = ({ href, text }: MenuLink) =>
    html`<li><a href="${href}"${href === path ? html` aria-current="page"` : ""}>${text}</a></li>`;
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>${title} - ${site.municipality}</title>
<link rel="stylesheet" href="/stil.css">
<link rel="icon" type="image/svg+xml" href="/ikon.svg">
${scripts.map((source) => html`<script src="${source}" defer></script>`)}
</head>
<body>
<a class="skip" href="#indhold">${t.skip}</a>
<header>
<div class="wide">
<a class="brand" href="${start}/">${mark}<span>${site.municipality}</span></a>
<nav aria-label="${t.menu}">
<ul>
${link({ href: `${start}/`, text: t.startPage })}
${user ? context.menu.map(link) : ""}
${link({ href: `${start}/hjaelp`, text: t.help })}
<li><a href="${languageLink(context, other)}" hreflang="${other}" lang="${other}">${t.otherLanguage}</a></li>
${user ? link({ href: logOutPath(site.origin), text: t.logOut }) : ""}
</ul>
</nav>
</div>
</header>
<main class="wide" id="indhold" tabindex="-1">
${main}
</main>
<footer>
<div class="wide">
<span>${site.municipality}</span>
<span>${site.origin}</span>
</div>
</footer>
</body>
</html>
`;
}

/**
 * A page of a headline and a sentence, with a way on.
 *
 * @param on text of the way on. Default: "Startside"
 * @param href where it leads. Default: the start page
 */
export function notePage(context: PageContext, note: Note, on?: string, href?: string): Html {
  return layout(
    context,
    note.title,
    html`<section class="card narrow">
<h1>${note.title}</h1>
<p>${note.text}</p>
<p class="actions"><a class="button first" href="${href ?? `${context.site.startOrigin}/`}">${on ?? frameTexts[context.language].startPage}</a></p>
</section>`,
  );
}
