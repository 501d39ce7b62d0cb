import type { Entry } from "ldapts";
import { guidOf } from "./guid.ts";
import type { AccountFacts } from "./state.ts";

/** A person of the existing directory, reduced to what the copy needs. */
export interface AdPerson {
  readonly guid: string;
  /** The distinguished name, which changes with a rename or a move. */
  readonly dn: string;
  /** `sAMAccountName`. */
  readonly uid: string;
  readonly facts: AccountFacts;
  /** Last part of the primary group's SID. */
  readonly primaryGroup: number;
  /** Attributes under the names they have in the copy. */
  readonly attributes: Readonly<Record<string, readonly string[]>>;
}

/** A group of the existing directory. */
export interface AdGroup {
  readonly guid: string;
  readonly dn: string;
  readonly name: string;
  readonly mail: string | undefined;
  /** Last part of the group's SID. */
  readonly rid: number;
  /** GUIDs of its direct members. */
  readonly members: readonly string[];
}

/** What is asked of a person. */
export const personAttributes = [
  ...["objectGUID", "distinguishedName", "sAMAccountName", "userPrincipalName", "cn", "sn", "givenName"],
  ...["displayName", "mail", "proxyAddresses", "telephoneNumber", "title", "department", "employeeID"],
  ...["employeeNumber", "userAccountControl", "msDS-User-Account-Control-Computed", "accountExpires", "pwdLastSet"],
  ...["msDS-UserPasswordExpiryTimeComputed", "lockoutTime", "primaryGroupID"],
];

/** What is asked of a group. */
export const groupAttributes = [
  "objectGUID",
  "distinguishedName",
  "cn",
  "sAMAccountName",
  "displayName",
  "mail",
].concat(["objectSid", "member"]);

/** Attributes that are bytes, not text. */
export const binaryAttributes = ["objectGUID", "objectSid"];

/** All values of an attribute as text. Attribute names differ in case between servers, values never. */
export function texts(entry: Entry, name: string): string[] {
  const raw = entry[name];
  if (raw === undefined) return [];
  return (Array.isArray(raw) ? raw : [raw]).map((value) => value.toString()).filter((value) => value !== "");
}

const text = (entry: Entry, name: string): string | undefined => texts(entry, name)[0];

function bytes(entry: Entry, name: string): Buffer | undefined {
  const raw = entry[name];
  const first = Array.isArray(raw) ? raw[0] : raw;
  if (first === undefined) return undefined;
  return Buffer.isBuffer(first) ? first : Buffer.from(first, "utf8");
}

/** The GUID of an entry read with `objectGUID` as bytes. */
export function entryGuid(entry: Entry): string {
  const raw = bytes(entry, "objectGUID");
  if (!raw) throw new Error(`${entry.dn}: no objectGUID; may the bind account read it?`);
  return guidOf(raw);
}

/** An extended DN `<GUID=...>;<SID=...>;CN=...`, as the control "extended DN" makes it, taken apart. */
export function extendedDn(value: string): { readonly guid: string | undefined; readonly dn: string } {
  const guid = /^<GUID=([0-9a-f-]{36})>/i.exec(value)?.[1]?.toLowerCase();
  return { guid, dn: value.replace(/^(<[A-Z]+=[^>]*>;)+/i, "") };
}

/** `telephoneNumber` and `mail` of the copy allow fewer characters than AD does; what does not fit is dropped. */
const printable = (value: string): string => value.replace(/[^A-Za-z0-9 '()+,\-./:?=]/g, "").trim();
const isAscii = (value: string): boolean => /^[\x21-\x7e]+$/.test(value);

const list = (value: string | undefined): string[] => (value === undefined || value === "" ? [] : [value]);

const big = (value: string | undefined): bigint => (value === undefined ? 0n : BigInt(value));

/** Addresses of an account, in lower case; those outside ASCII are left out. */
export function addressesOf(entry: Entry): { readonly mail: string | undefined; readonly aliases: readonly string[] } {
  const proxies = texts(entry, "proxyAddresses");
  const primary = proxies.find((address) => address.startsWith("SMTP:"))?.slice(5);
  const own = (text(entry, "mail") ?? primary)?.toLowerCase();
  const further = proxies
    .filter((address) => address.startsWith("smtp:"))
    .map((address) => address.slice(5).toLowerCase());
  const aliases = [...new Set(further)].filter((alias) => isAscii(alias) && alias !== own).sort();
  return { mail: list(own).find(isAscii), aliases };
}

/** Reads a person; addresses are compared and kept in lower case. */
export function adPerson(entry: Entry): AdPerson {
  const guid = entryGuid(entry);
  const { dn } = extendedDn(text(entry, "distinguishedName") ?? entry.dn);
  const uid = text(entry, "sAMAccountName");
  if (uid === undefined) throw new Error(`${dn}: no sAMAccountName`);
  const name = text(entry, "displayName") ?? text(entry, "cn") ?? uid;
  const { mail, aliases } = addressesOf(entry);
  const computed = text(entry, "msDS-User-Account-Control-Computed");
  const expires = text(entry, "msDS-UserPasswordExpiryTimeComputed");
  return {
    guid,
    dn,
    uid,
    primaryGroup: Number(text(entry, "primaryGroupID") ?? 0),
    facts: {
      control: Number(text(entry, "userAccountControl") ?? 0),
      computed: computed === undefined ? undefined : Number(computed),
      accountExpires: big(text(entry, "accountExpires")),
      pwdLastSet: big(text(entry, "pwdLastSet")),
      passwordExpires: expires === undefined ? undefined : BigInt(expires),
      lockoutTime: big(text(entry, "lockoutTime")),
    },
    attributes: {
      cn: [text(entry, "cn") ?? name],
      sn: [text(entry, "sn") ?? name],
      givenName: list(text(entry, "givenName")),
      displayName: [name],
      mail: list(mail),
      planbMailAlias: aliases,
      telephoneNumber: list(printable(text(entry, "telephoneNumber") ?? "")),
      title: list(text(entry, "title")),
      departmentNumber: list(text(entry, "department")),
      employeeNumber: list(text(entry, "employeeID") ?? text(entry, "employeeNumber")),
      planbPrincipal: list(text(entry, "userPrincipalName")),
    },
  };
}

/**
 * Reads a group.
 *
 * @param members all values of `member` with extended DNs; a controller gives them in portions
 */
export function adGroup(entry: Entry, members: readonly string[]): AdGroup {
  const sid = bytes(entry, "objectSid");
  return {
    guid: entryGuid(entry),
    dn: extendedDn(text(entry, "distinguishedName") ?? entry.dn).dn,
    name: text(entry, "displayName") ?? text(entry, "cn") ?? text(entry, "sAMAccountName") ?? entry.dn,
    mail: list(text(entry, "mail")?.toLowerCase()).find(isAscii),
    rid: sid && sid.length >= 12 ? sid.readUInt32LE(sid.length - 4) : 0,
    members: members.map((value) => extendedDn(value).guid).filter((guid) => guid !== undefined),
  };
}
