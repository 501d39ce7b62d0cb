import { randomInt } from "node:crypto";

/** Crockford's base 32: no I, L, O and U, which are misread on paper. */
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** A fresh activation code `XXXX-XXXX-XXXX`: 60 bits from the system's random source. */
export function newCode(): string {
  const group = (): string => Array.from({ length: 4 }, () => alphabet[randomInt(alphabet.length)]).join("");
  return [group(), group(), group()].join("-");
}

/** One line of a sheet. */
export interface CodeLine {
  readonly displayName: string;
  readonly uid: string;
  readonly department: string;
  /** In clear, for the paper only. */
  readonly code: string;
}

/** What stands on the sheets beside the codes. */
export interface SheetText {
  readonly municipality: string;
  readonly loginUrl: string;
  readonly expires: Date;
  readonly made: Date;
}

/** The lines by department, both in Danish order; those without one come last. */
export function byDepartment(lines: readonly CodeLine[]): ReadonlyMap<string, readonly CodeLine[]> {
  const danish = new Intl.Collator("da");
  const map = new Map<string, CodeLine[]>();
  for (const line of lines) {
    const list = map.get(line.department);
    if (list) list.push(line);
    else map.set(line.department, [line]);
  }
  const order = [...map].sort(([a], [b]) => Number(a === "") - Number(b === "") || danish.compare(a, b));
  return new Map(
    order.map(([name, list]) => [name, list.sort((a, b) => danish.compare(a.displayName, b.displayName))]),
  );
}

const date = (day: Date): string =>
  new Intl.DateTimeFormat("da-DK", { dateStyle: "long", timeZone: "Europe/Copenhagen" }).format(day);

/** What the clerk must do, in Danish. */
function steps({ loginUrl, expires }: SheetText): string[] {
  return [
    loginUrl === "" ? "Gå til kommunens nødlogin." : `Gå til ${loginUrl}`,
    "Skriv dit sædvanlige brugernavn, og skriv koden i stedet for adgangskoden.",
    "Vælg en ny adgangskode, og tilknyt din telefon som ekstra sikkerhed.",
    `Koden virker én gang og senest ${date(expires)}. Giv den ikke til andre.`,
  ];
}

/** The sheets as plain text, a page (form feed) for each department. */
export function textSheets(lines: readonly CodeLine[], text: SheetText): string {
  const pages = [...byDepartment(lines)].map(([department, people]) => {
    const width = Math.max(...people.map(({ displayName }) => displayName.length), 4);
    const uidWidth = Math.max(...people.map(({ uid }) => uid.length), 10);
    return [
      `Aktiveringskoder - ${department || "Uden afdeling"}`,
      `${text.municipality ? `${text.municipality}, ` : ""}${date(text.made)}`,
      "",
      ...steps(text).map((step, index) => `${index + 1}. ${step}`),
      "",
      `${"Navn".padEnd(width)}  ${"Brugernavn".padEnd(uidWidth)}  Kode`,
      ...people.map((line) => `${line.displayName.padEnd(width)}  ${line.uid.padEnd(uidWidth)}  ${line.code}`),
      "",
    ].join("\n");
  });
  return pages.join("\f\n");
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = (raw: string): string => raw.replace(/[&<>"]/g, (character) => entities[character] ?? character);

/** The sheets as one HTML document that prints a page for each department, with a line to cut between people. */
export function htmlSheets(lines: readonly CodeLine[], text: SheetText): string {
  const pages = [...byDepartment(lines)].map(([department, people]) => {
    const rows = people.map(
      (line) =>
        `<tr><td>${escaped(line.displayName)}</td><td>${escaped(line.uid)}</td><td class="code">${line.code}</td></tr>`,
    );
    const list = steps(text).map((step) => `<li>${escaped(step)}</li>`);
    return `<section>
<h1>Aktiveringskoder - ${escaped(department || "Uden afdeling")}</h1>
<p>${escaped(text.municipality ? `${text.municipality}, ` : "")}${date(text.made)}</p>
<ol>${list.join("")}</ol>
<table><thead><tr><th scope="col">Navn</th><th scope="col">Brugernavn</th><th scope="col">Kode</th></tr></thead>
<tbody>${rows.join("\n")}</tbody></table>
</section>`;
  });
  return `<!doctype html>
<html lang="da"><head><meta charset="utf-8"><title>Aktiveringskoder</title><style>
body{font:11pt/1.5 sans-serif;margin:2cm}section{break-after:page}table{border-collapse:collapse;width:100%}
th{text-align:left}td{border-top:1px dashed #777;padding:.5em .5em .5em 0}.code{font:bold 13pt monospace;white-space:nowrap}
</style></head><body>
${pages.join("\n")}
</body></html>
`;
}
