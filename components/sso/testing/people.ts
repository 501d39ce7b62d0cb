import type { Client } from "ldapts";

/** A person of the test's shadow directory. */
export interface TestPerson {
  readonly uid: string;
  readonly guid: string;
  readonly name: string;
  readonly password?: string;
  readonly state?: string;
  readonly passwordKnown?: boolean;
  readonly groups?: readonly string[];
  readonly mail?: string;
  readonly activationCode?: { readonly code: string; readonly expires: string };
}

/** DN of a person. */
export const personDn = (guid: string) => `planbGuid=${guid},ou=people,dc=planb`;

/** Adds a person, with the password and the activation code that slapd then hashes. */
export async function addPerson(directory: Client, person: TestPerson): Promise<void> {
  const dn = personDn(person.guid);
  const [first = "", ...rest] = person.name.split(" ");
  await directory.add(dn, {
    objectClass: ["inetOrgPerson", "planbPerson"],
    planbGuid: person.guid,
    uid: person.uid,
    cn: person.name,
    givenName: first,
    sn: rest.join(" ") || first,
    displayName: person.name,
    mail: person.mail ?? `${person.uid}@example.test`,
    departmentNumber: "Børn & Unge",
    planbState: person.state ?? "ok",
    planbPasswordKnown: person.passwordKnown === false ? "FALSE" : "TRUE",
    planbPasswordOrigin: "ad",
    seeAlso: `cn=${person.uid},ou=gone,dc=ad`,
    o: "ad",
    ...(person.groups ? { planbMemberOf: [...person.groups] } : {}),
    ...(person.password === undefined ? {} : { userPassword: person.password }),
  });
  if (person.activationCode) {
    await directory.add(`cn=activation,${dn}`, {
      objectClass: ["planbActivation"],
      cn: "activation",
      userPassword: person.activationCode.code,
      planbExpires: person.activationCode.expires,
    });
  }
}
