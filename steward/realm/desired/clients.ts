import type ClientRepresentation from "@keycloak/keycloak-admin-client/lib/defs/clientRepresentation.js";
import type ProtocolMapperRepresentation from "@keycloak/keycloak-admin-client/lib/defs/protocolMapperRepresentation.js";
import type { RealmConfig, RealmSecrets } from "../config.ts";

/** A client with the claims it gets. */
export type DesiredClient = ClientRepresentation & {
  readonly clientId: string;
  readonly protocolMappers?: (ProtocolMapperRepresentation & { readonly name: string })[];
};

function claim(name: string, attribute: string, multivalued = false) {
  return {
    name,
    protocol: "openid-connect",
    protocolMapper: "oidc-usermodel-attribute-mapper",
    config: {
      "user.attribute": attribute,
      "claim.name": name,
      "jsonType.label": "String",
      multivalued: String(multivalued),
      "id.token.claim": "true",
      "access.token.claim": "true",
      "userinfo.token.claim": "true",
    },
  };
}

/** Lets the start page ask, with the person's own token, which second factors the person has: that, and no change. */
const ownAccount = [
  {
    name: "account-audience",
    protocol: "openid-connect",
    protocolMapper: "oidc-audience-mapper",
    config: { "included.client.audience": "account", "access.token.claim": "true", "id.token.claim": "false" },
  },
  {
    name: "account-view",
    protocol: "openid-connect",
    protocolMapper: "oidc-hardcoded-role-mapper",
    config: { role: "account.view-profile" },
  },
];

/**
 * SOGo asks for the login itself. It keeps the access token in a field of 1,575 bytes and hands it to IMAP and
 * submission, so the token is a small one: no groups, no roles, a short signature. A lightweight one it cannot be, for
 * SOGo asks who somebody is with it, and Keycloak tells that only for whole ones.
 */
function groupwareClient(groupware: RealmConfig["groupware"], secrets: RealmSecrets): DesiredClient {
  return {
    clientId: "groupware",
    name: "groupware",
    enabled: groupware !== undefined,
    protocol: "openid-connect",
    publicClient: false,
    clientAuthenticatorType: "client-secret",
    secret: secrets.groupwareClient,
    standardFlowEnabled: true,
    implicitFlowEnabled: false,
    directAccessGrantsEnabled: false,
    serviceAccountsEnabled: false,
    fullScopeAllowed: false,
    frontchannelLogout: false,
    redirectUris: groupware ? [groupware.redirectUri] : [],
    webOrigins: [],
    attributes: {
      // An empty one is dropped by the server, and would differ for ever.
      ...(groupware
        ? {
            "post.logout.redirect.uris": groupware.postLogoutRedirectUri,
            "backchannel.logout.url": groupware.backchannelLogoutUrl,
            "backchannel.logout.session.required": "true",
          }
        : {}),
      "client.use.lightweight.access.token.enabled": "false",
      "access.token.signed.response.alg": "ES256",
      // SOGo renews it unreliably, and shuts people out meanwhile. It asks each minute whether the session still holds.
      "access.token.lifespan": "3600",
    },
    protocolMappers: [claim("guid", "planbGuid"), claim("email", "email")],
  };
}

/** The client of one host behind edge. Only the start page asks for the person's own account. */
function edgeClient(urls: RealmConfig["edge"][number], secrets: RealmSecrets): DesiredClient {
  return {
    clientId: urls.clientId,
    name: "planb",
    enabled: true,
    protocol: "openid-connect",
    publicClient: false,
    clientAuthenticatorType: "client-secret",
    secret: secrets.edgeClient,
    standardFlowEnabled: true,
    implicitFlowEnabled: false,
    directAccessGrantsEnabled: false,
    serviceAccountsEnabled: false,
    fullScopeAllowed: false,
    frontchannelLogout: false,
    redirectUris: urls.redirectUris,
    webOrigins: [],
    attributes: {
      "backchannel.logout.url": urls.backchannelLogoutUrl,
      "backchannel.logout.session.required": "true",
      "post.logout.redirect.uris": urls.postLogoutRedirectUris.join("##"),
      "pkce.code.challenge.method": "S256",
    },
    protocolMappers: [
      // The subject is the immutable key, so that a rebuilt database brings nobody a new account.
      claim("sub", "planbGuid"),
      claim("guid", "planbGuid"),
      claim("groups", "groups", true),
      claim("department", "department"),
      claim("title", "title"),
      ...(urls.clientId === "edge" ? ownAccount : []),
    ],
  };
}

/**
 * The clients. `guid` is the person's immutable key, by which services know them; `groups` are short ids, which hold
 * no comma and do not fill a header.
 */
export function desiredClients({ edge, groupware }: RealmConfig, secrets: RealmSecrets): DesiredClient[] {
  return [
    groupwareClient(groupware, secrets),
    ...edge.map((urls) => edgeClient(urls, secrets)),
    // A password alone, without a page and a second factor, opens nothing.
    { clientId: "admin-cli", enabled: false, directAccessGrantsEnabled: false },
  ];
}
