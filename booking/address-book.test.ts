import { expect, it } from "vitest";
import { card, findBookables } from "./address-book.ts";
import type { Bookable } from "./settings.ts";

const room: Bookable = {
  ...{ id: "ad-1", kind: "room", name: 'Kantinen, 1. sal; "Ærø" & <b>', addresses: ["kantine@kommune.example"] },
  ...{ building: "Rådhuset", capacity: 12, features: ["Skærm"], concurrent: 1, bookers: [] },
};
const car: Bookable = { ...room, id: "bil", kind: "equipment", name: "Elbil", addresses: ["bil@kommune.example"] };
const path = "/SOGo/dav/x/Contacts/bookable/";
const query = (...texts: string[]) =>
  `<C:addressbook-query>${texts.map((text) => `<C:prop-filter name="FN"><C:text-match collation="i;unicasemap">${text}</C:text-match></C:prop-filter>`).join("")}</C:addressbook-query>`;
const found = (...texts: string[]) => [
  ...findBookables([room, car], path, query(...texts)).matchAll(/<D:href>([^<]*)/g),
];

it("finds rooms and things by any word, and all without one", () => {
  expect(found("ærø").map(([, href]) => href)).toEqual([`${path}ad-1`]);
  expect(found("&amp; &lt;b").map(([, href]) => href)).toEqual([`${path}ad-1`]);
  expect(found("kælder", "BIL@")).toHaveLength(1);
  expect(found("kælder")).toHaveLength(0);
  expect(found()).toHaveLength(2);
});

it("tells of them as a card, whatever their names hold", () => {
  const text = card(room);
  expect(findBookables([room], path, query())).toContain("&amp; &lt;b&gt;\r\n");
  expect(text).toContain('FN:Kantinen\\, 1. sal; "Ærø" & <b>\r\n');
  expect(text).toContain('N:Kantinen\\, 1. sal\\; "Ærø" & <b>;;;;\r\n');
  expect(text).toMatch(/EMAIL:kantine@kommune\.example\r\n[\s\S]*KIND:location/);
});
