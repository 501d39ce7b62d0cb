import type { Rule } from "./rules.ts";

/** An address of the stack file, who has it, and where it stands. */
interface Holder {
  readonly address: string;
  /** Path of the field, e.g. "mail.mailbox.shared[0].address". */
  readonly path: string;
  readonly section: "mail" | "lists" | "booking";
  /** What people call who has it. */
  readonly name: string;
}

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
const all = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** Every address that the file gives to something, in its order. */
function holders(value: unknown): Holder[] {
  const { mail, lists, booking } = record(value);
  const shared = all(record(record(mail)["mailbox"])["shared"]).flatMap((each, i) => {
    const { address, aliases, name } = record(each);
    const at = `mail.mailbox.shared[${i}]`;
    const fields = [[address, "address"], ...all(aliases).map((alias, j) => [alias, `aliases[${j}]`])] as const;
    return fields.map(([given, field]): Holder => {
      return { address: text(given), path: `${at}.${field}`, section: "mail", name: text(name) };
    });
  });
  const named = all(record(lists)["lists"]).map((each, i): Holder => {
    const { name, title } = record(each);
    const address = `${text(name)}@${text(record(lists)["domain"])}`;
    return { address, path: `lists.lists[${i}].name`, section: "lists", name: text(title) };
  });
  const booked = (["rooms", "equipment"] as const).flatMap((kind) =>
    all(record(booking)[kind]).map((each, i): Holder => {
      const { address, name } = record(each);
      return { address: text(address), path: `booking.${kind}[${i}].address`, section: "booking", name: text(name) };
    }),
  );
  return [...shared, ...named, ...booked];
}

/** No address twice: mail to it would reach one of the two. Lists, and rooms among themselves, are looked at in their own sections. */
export const addressesDiffer: Rule = (_schema, value) => {
  const found = holders(value).filter(({ address }) => address.includes("@"));
  const same = (a: Holder, b: Holder) => a.address.toLowerCase() === b.address.toLowerCase();
  return found.flatMap((one, index) => {
    const other = found.slice(0, index).find((earlier) => same(earlier, one));
    // An alias that repeats the own address does no harm.
    const owner = ({ path }: Holder) => path.split(".").slice(0, 3).join(".");
    if (other === undefined || owner(other) === owner(one) || (other.section === one.section && one.section !== "mail"))
      return [];
    return [
      `${one.path}: the address "${one.address}" of "${one.name}" is taken by "${other.name}" (${other.path}); give one of them another address`,
    ];
  });
};
