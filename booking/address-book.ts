import ICAL from "ical.js";
import type { Bookable } from "./settings.ts";

const xml = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const plain = (text: string) =>
  text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll("&amp;", "&");

/** What a program searches for: all words of its filters (RFC 6352, text-match); none: everything. */
function words(query: string): readonly string[] {
  return [...query.matchAll(/<(?:[\w-]+:)?text-match\b[^>]*>([^<]*)</g)].map(([, text]) =>
    plain(text ?? "").toLowerCase(),
  );
}

/** A room or a thing as a vCard. */
export function card({ id, kind, name, addresses, building, capacity, features }: Bookable): string {
  const component = new ICAL.Component("vcard");
  const about = [...(capacity === undefined ? [] : [String(capacity)]), ...features].join(", ");
  const lines = { version: "3.0", uid: id, fn: name, email: addresses[0] ?? "", org: building ?? "", note: about };
  for (const [property, value] of Object.entries(lines)) if (value) component.addPropertyWithValue(property, value);
  component.addPropertyWithValue("n", [name, "", "", "", ""]);
  component.addPropertyWithValue("x-addressbookserver-kind", kind === "room" ? "location" : "device");
  return `${component.toString()}\r\n`;
}

/**
 * Answers a program's search (CardDAV, addressbook-query) among rooms and equipment, which SOGo cannot.
 *
 * @param path of the address book
 * @returns a multistatus
 */
export function findBookables(bookables: readonly Bookable[], path: string, query: string): string {
  const wanted = words(query);
  const found = bookables.filter(({ name, addresses }) => {
    const known = [name, ...addresses].join("\n").toLowerCase();
    return wanted.length === 0 || wanted.some((word) => known.includes(word));
  });
  const answers = found.map((one) => {
    const text = card(one);
    const href = `${path.replace(/\/?$/, "/")}${encodeURIComponent(one.id)}`;
    return `<D:response><D:href>${xml(href)}</D:href><D:propstat><D:prop><D:getetag>"${one.id}"</D:getetag><C:address-data>${xml(text)}</C:address-data></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>`;
  });
  return `<?xml version="1.0" encoding="utf-8"?>\n<D:multistatus xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav">${answers.join("")}</D:multistatus>`;
}
