import { texts } from "./ad-entries.ts";
import { type CodeLine, newCode } from "./codes.ts";
import { findGroup } from "./coverage.ts";
import type { Copy } from "./desired.ts";
import { generalizedTime } from "./passwords.ts";
import { guidIn, type Shadow } from "./shadow.ts";
import { isLocked, type LoginState } from "./state.ts";

/** Codes made for a group or department, and whom none was made for. */
export interface IssuedCodes {
  readonly lines: readonly CodeLine[];
  readonly expires: Date;
  /** People whose password is known here: they need none. */
  readonly known: number;
  /** People who may not log in. */
  readonly locked: number;
}

/**
 * Makes a fresh code for everybody of a group or department whose password is not known here; an earlier code of theirs
 * no longer works. slapd keeps the Argon2id hash alone: its password policy hashes what is written in clear.
 *
 * @param of a group (name, DN or short id), a department, or `all`
 * @throws Error when there is neither a group nor a department of that name
 */
export async function issueCodes(
  shadow: Shadow,
  copy: Copy,
  known: ReadonlySet<string>,
  of: string,
  validDays: number,
  now: Date,
): Promise<IssuedCodes> {
  const guids = membersOf(copy, of);
  const expires = new Date(now.getTime() + validDays * 86_400_000);
  let locked = 0;
  const chosen: string[] = [];
  for (const guid of guids) {
    const state = (copy.people.get(guid)?.attributes["planbState"]?.[0] ?? "deleted") as LoginState;
    if (isLocked(state)) locked++;
    else if (!known.has(guid)) chosen.push(guid);
  }
  const lines: CodeLine[] = [];
  const failures = await shadow.each(chosen, async (guid) => {
    const person = copy.people.get(guid);
    if (!person) return;
    const code = newCode();
    const dn = `cn=activation,${person.dn}`;
    if (await shadow.read(dn, ["cn"])) await shadow.remove(dn);
    await shadow.add(dn, {
      objectClass: ["planbActivation"],
      cn: ["activation"],
      userPassword: [code],
      planbExpires: [generalizedTime(expires)],
      // slapd itself refuses the code afterwards, also while the steward is away.
      pwdEndTime: [generalizedTime(expires)],
    });
    const one = (name: string): string => person.attributes[name]?.[0] ?? "";
    lines.push({ displayName: one("displayName"), uid: one("uid"), department: one("departmentNumber"), code });
  });
  if (failures[0]) throw failures[0].error;
  return { lines, expires, known: guids.length - chosen.length - locked, locked };
}

function membersOf(copy: Copy, of: string): string[] {
  if (of === "all") return [...copy.people.keys()];
  const group = findGroup(copy, of);
  if (group) {
    return (group.entry.attributes["member"] ?? []).map((dn) => /=([0-9a-f-]{36}),/.exec(dn)?.[1] ?? "");
  }
  const wanted = of.toLowerCase();
  const inDepartment = [...copy.people].filter(
    ([, entry]) => entry.attributes["departmentNumber"]?.[0]?.toLowerCase() === wanted,
  );
  if (inDepartment.length === 0) throw new Error(`neither a group nor a department is called "${of}"; try "all"`);
  return inDepartment.map(([guid]) => guid);
}

/** GUIDs of people who have a code that still works. */
export async function withCode(shadow: Shadow): Promise<ReadonlySet<string>> {
  const entries = await shadow.find("ou=people", "(objectClass=planbActivation)", ["cn"]);
  return new Set(entries.map(({ dn }) => /planbGuid=([0-9a-f-]{36}),/i.exec(dn)?.[1] ?? ""));
}

/** What is known of one login, for the help desk. */
export interface LoginReport {
  readonly uid: string;
  readonly guid: string;
  readonly displayName: string;
  readonly state: string;
  readonly passwordKnown: boolean;
  readonly passwordOrigin: string | undefined;
  /** When the stored password was learnt or set. ISO time. */
  readonly passwordStoredAt: string | undefined;
  /** When the entry was last written from the existing directory. ISO time. */
  readonly copiedAt: string | undefined;
  readonly hasCode: boolean;
  readonly groups: readonly string[];
}

/** Looks a login up; undefined: there is none of that name. */
export async function reportLogin(shadow: Shadow, copy: Copy, uid: string): Promise<LoginReport | undefined> {
  const safe = uid.replace(/[\\*()\0]/g, (character) => `\\${character.charCodeAt(0).toString(16).padStart(2, "0")}`);
  const wanted = ["planbGuid", "uid", "displayName", "planbState", "planbPasswordKnown", "planbPasswordOrigin"].concat([
    "planbPasswordStoredAt",
    "pwdChangedTime",
    "planbCopiedAt",
    "planbMemberOf",
  ]);
  const [entry] = await shadow.find("ou=people", `(&(objectClass=planbPerson)(uid=${safe}))`, wanted);
  if (!entry) return undefined;
  const one = (name: string): string | undefined => texts(entry, name)[0];
  const names = new Map(
    [...copy.groups.values()].map(({ dn, attributes }) => [
      dn.slice(3, dn.indexOf(",")),
      attributes["displayName"]?.[0],
    ]),
  );
  return {
    uid: one("uid") ?? uid,
    guid: guidIn(entry),
    displayName: one("displayName") ?? "",
    state: one("planbState") ?? "ok",
    passwordKnown: await shadow.hasPassword(entry.dn),
    passwordOrigin: one("planbPasswordOrigin"),
    passwordStoredAt: iso(one("pwdChangedTime") ?? one("planbPasswordStoredAt")),
    copiedAt: iso(one("planbCopiedAt")),
    hasCode: (await shadow.read(`cn=activation,${entry.dn}`, ["cn"])) !== undefined,
    groups: texts(entry, "planbMemberOf")
      .map((id) => names.get(id) ?? id)
      .sort(),
  };
}

const iso = (time: string | undefined): string | undefined =>
  time?.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d).*$/, "$1-$2-$3T$4:$5:$6Z");
