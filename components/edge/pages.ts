import { createHash } from "node:crypto";
import type { StackIdentity } from "../../config/index.ts";

/** A page edge shows itself: when the service behind is away, or the request is not one it passes on. */
interface ErrorPage {
  readonly da: { readonly title: string; readonly text: string };
  readonly en: { readonly title: string; readonly text: string };
}

const errorPages: Readonly<Record<string, ErrorPage>> = {
  away: {
    da: {
      title: "Siden er ikke klar lige nu",
      text: "Det er ikke dig, der har gjort noget forkert. Tjenesten svarer ikke i øjeblikket. Vent et minut, og prøv igen. Bliver det ved, så ring til din it-support.",
    },
    en: {
      title: "This page is not ready right now",
      text: "You have done nothing wrong. The service is not answering at the moment. Wait a minute and try again. If it goes on, call your IT support.",
    },
  },
  closed: {
    da: { title: "Her er der lukket", text: "Du har ikke adgang til denne side herfra." },
    en: { title: "This is closed", text: "You cannot open this page from here." },
  },
  missing: {
    da: { title: "Siden findes ikke", text: "Adressen er måske skrevet forkert, eller siden er flyttet." },
    en: { title: "There is no such page", text: "The address may be misspelt, or the page has moved." },
  },
  large: {
    da: { title: "Det er for stort", text: "Det, du sendte, fylder mere, end siden tager imod." },
    en: { title: "That is too large", text: "What you sent is larger than this page accepts." },
  },
  wrong: {
    da: {
      title: "Det gik ikke",
      text: "Login blev ikke gjort færdigt. Det sker, når siden har stået åben længe. Gå til startsiden, og log ind igen.",
    },
    en: {
      title: "That did not work",
      text: "The login was not completed. This happens when the page has been open for long. Go to the start page and log in again.",
    },
  },
};

const style = `:root{color-scheme:light dark;--ground:#f6f7f4;--card:#fff;--ink:#1c2a26;--soft:#52605b;--line:#d9dfda;--mark:#0b6150}
@media (prefers-color-scheme:dark){:root{--ground:#121816;--card:#1b2321;--ink:#e8eeea;--soft:#a9b7b1;--line:#33403b;--mark:#7fd3bd}}
*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem;background:var(--ground);color:var(--ink);font:1.0625rem/1.6 system-ui,"Segoe UI",Roboto,"Noto Sans",sans-serif}
main{max-width:34rem;background:var(--card);border:1px solid var(--line);border-top:4px solid var(--mark);border-radius:12px;padding:2rem}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 .75rem}p{margin:0 0 1.25rem}.name{color:var(--soft);margin:0 0 .5rem}
section+section{border-top:1px solid var(--line);padding-top:1.25rem;margin-top:.25rem}section+section h2{font-size:1.0625rem;margin:0 0 .25rem}section+section p{color:var(--soft);margin:0}
a{color:var(--mark);font-weight:600}a:focus-visible{outline:3px solid var(--mark);outline-offset:3px;border-radius:3px}`;

/** Content-Security-Policy of these pages: their one style sheet, known by its hash, and nothing else. */
export const pagePolicy = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);

/** Edge's own pages by path below `/config`: both languages on each, the stack's own first. */
export function errorPageFiles(identity: StackIdentity): Record<string, string> {
  return Object.fromEntries(
    Object.entries(errorPages).map(([name, page]) => [`pages/${name}.html`, render(page, identity)]),
  );
}

function render(page: ErrorPage, identity: StackIdentity): string {
  const first = identity.language;
  const second = first === "da" ? "en" : "da";
  const back = { da: "Til startsiden", en: "To the start page" };
  return `<!doctype html>
<html lang="${first}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escaped(page[first].title)} - ${escaped(identity.municipality)}</title>
<style>${style}</style>
</head>
<body>
<main>
<section>
<p class="name">${escaped(identity.municipality)}</p>
<h1>${escaped(page[first].title)}</h1>
<p>${escaped(page[first].text)}</p>
<p><a href="${identity.origin("start")}/">${back[first]}</a></p>
</section>
<section lang="${second}">
<h2>${escaped(page[second].title)}</h2>
<p>${escaped(page[second].text)}</p>
</section>
</main>
</body>
</html>
`;
}
