import { createHash } from "node:crypto";
import type ComponentRepresentation from "@keycloak/keycloak-admin-client/lib/defs/componentRepresentation.js";
import type { UserProfileConfig } from "@keycloak/keycloak-admin-client/lib/defs/userProfileMetadata.js";
import type { RealmConfig, RealmSecrets } from "../config.ts";

/** A component with the ones below it. */
export interface DesiredFederation {
  /** Fingerprint of the bind credential, which Keycloak shows only as asterisks. */
  readonly credential: string;
  readonly component: ComponentRepresentation & { readonly name: string; readonly config: Record<string, string[]> };
  readonly mappers: readonly (ComponentRepresentation & {
    readonly name: string;
    readonly config: Record<string, string[]>;
  })[];
}

/** Person's attribute in Keycloak by attribute in the shadow directory, beside user name, names and mail. */
export const personAttributes = {
  planbGuid: "planbGuid",
  planbState: "planbState",
  planbPasswordKnown: "planbPasswordKnown",
  planbMemberOf: "groups",
  departmentNumber: "department",
  title: "title",
} as const;

/** Tells whether a secret has changed, for Keycloak shows its own only as asterisks. The secrets are long random ones. */
export const fingerprint = (secret: string): string => createHash("sha256").update(secret).digest("hex").slice(0, 12);

const lists = (config: Record<string, string>) =>
  Object.fromEntries(Object.entries(config).map(([key, value]) => [key, [value]]));

function attribute(name: string, ldap: string, model: string, mandatory = false) {
  return {
    name,
    providerId: "user-attribute-ldap-mapper",
    config: lists({
      "ldap.attribute": ldap,
      "user.model.attribute": model,
      "read.only": "true",
      "always.read.value.from.ldap": "false",
      "is.mandatory.in.ldap": String(mandatory),
    }),
  };
}

/** The federation: people come from the shadow directory and from nowhere else. */
export function desiredFederation(config: RealmConfig, secrets: RealmSecrets): DesiredFederation {
  return {
    credential: fingerprint(secrets.directory),
    component: {
      name: "directory",
      providerId: "ldap",
      providerType: "org.keycloak.storage.UserStorageProvider",
      config: lists({
        enabled: "true",
        priority: "0",
        vendor: "other",
        importEnabled: "true",
        // Only the password is written, and only what an activation code or `authority: planb` allows.
        editMode: "WRITABLE",
        syncRegistrations: "false",
        // True would delete people, with their second factors, that the directory does not return.
        removeInvalidUsersEnabled: "false",
        connectionUrl: config.directory.url,
        startTls: "false",
        useTruststoreSpi: "always",
        authType: "simple",
        bindDn: config.directory.bindDn,
        bindCredential: secrets.directory,
        usersDn: config.directory.usersDn,
        searchScope: "1",
        userObjectClasses: "inetOrgPerson, planbPerson",
        // Deleted people too: their logins are changed there, so that another may have the name.
        customUserSearchFilter: "(planbGuid=*)",
        uuidLDAPAttribute: "planbGuid",
        rdnLDAPAttribute: "planbGuid",
        usernameLDAPAttribute: "uid",
        usePasswordModifyExtendedOp: "true",
        validatePasswordPolicy: "true",
        trustEmail: "true",
        connectionPooling: "true",
        // The directory stands beside Keycloak: what takes longer is broken.
        connectionTimeout: "1000",
        readTimeout: "2000",
        pagination: "true",
        batchSizeForSync: "1000",
        fullSyncPeriod: "-1",
        changedSyncPeriod: "-1",
        cachePolicy: "DEFAULT",
        allowKerberosAuthentication: "false",
        useKerberosForPasswordAuthentication: "false",
      }),
    },
    mappers: [
      attribute("username", "uid", "username", true),
      attribute("first name", "givenName", "firstName"),
      attribute("last name", "sn", "lastName", true),
      attribute("email", "mail", "email"),
      ...Object.entries(personAttributes).map(([ldap, model]) => attribute(model, ldap, model)),
      { name: "password origin", providerId: "planb-password-origin-ldap-mapper", config: {} },
    ].map((mapper) => ({ ...mapper, providerType: "org.keycloak.storage.ldap.mappers.LDAPStorageMapper" })),
  };
}

/** A text of the theme, by its key. */
const text = (key: string) => `\${${key}}`;

/** What is known of a person in Keycloak; nobody edits it here, for the directory says it. */
export function desiredProfile(): UserProfileConfig {
  const seen = { view: ["admin", "user"], edit: [] };
  const hidden = { view: ["admin"], edit: [] };
  const field = (name: string) => ({ name, displayName: text(name), permissions: seen, multivalued: false });
  return {
    attributes: [
      ...["username", "email", "firstName", "lastName"].map(field),
      { ...field("department"), displayName: text("planbDepartment") },
      { ...field("title"), displayName: text("planbTitle") },
      ...["planbGuid", "planbState", "planbPasswordKnown"].map((name) => ({
        name,
        permissions: hidden,
        multivalued: false,
      })),
      { name: "groups", permissions: hidden, multivalued: true },
    ],
    groups: [],
  };
}
