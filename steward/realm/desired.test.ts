import { describe, expect, it } from "vitest";
import type { RealmConfig } from "./config.ts";
import { flatten } from "./desired/flow.ts";
import { desiredRealm } from "./desired/index.ts";

const config: RealmConfig = {
  url: "https://sso:8443",
  municipality: 'Æ & "Ø" <Å>',
  language: "da",
  directory: { url: "ldaps://directory:1636", bindDn: "cn=keycloak", usersDn: "ou=people,dc=planb" },
  authority: "ad",
  secondFactor: { requiredFor: "all", methods: ["totp", "webauthn", "passkey", "recoveryCodes"] },
  lockout: { failures: 5, minutes: 5 },
  session: { idleMinutes: 60, maxHours: 10 },
  eventDays: 90,
  edge: [
    {
      clientId: "edge",
      redirectUris: ["https://start.x/oidc"],
      postLogoutRedirectUris: ["https://start.x/*", "https://y/*"],
      backchannelLogoutUrl: "https://start.x/oidc?logout=backchannel",
    },
    {
      clientId: "edge-filer",
      redirectUris: ["https://filer.x/oidc"],
      postLogoutRedirectUris: ["https://filer.x/*"],
      backchannelLogoutUrl: "https://filer.x/oidc?logout=backchannel",
    },
  ],
  breakGlass: "break-glass",
  smoke: "planb-proeve",
};
const secrets = {
  steward: "secret-1",
  directory: "secret-2",
  edgeClient: "secret-3",
  groupwareClient: "secret-7",
  breakGlassPassword: "secret-4",
  breakGlassTotp: "secret-5",
  smokeTotp: "secret-6",
};
const action = (realm: ReturnType<typeof desiredRealm>, name: string) =>
  realm.requiredActions.find(({ alias }) => alias === name)?.enabled;
const names = (changed: Partial<RealmConfig>) =>
  flatten(desiredRealm({ ...config, ...changed }, secrets).browserFlow).map(({ level, name }) => `${level} ${name}`);

describe("desiredRealm", () => {
  const realm = desiredRealm(config, secrets);

  it("is pure: the same settings give the same realm", () => {
    expect(desiredRealm(config, secrets)).toEqual(realm);
  });

  it("carries the municipality's name unharmed, and harmless where a page takes HTML", () => {
    expect(realm.settings.displayName).toBe(config.municipality);
    expect(realm.settings.displayNameHtml).toBe("Æ &amp; &quot;Ø&quot; &lt;Å&gt;");
  });

  it("lets no token outlive a minute, and nobody be deleted by the directory's silence", () => {
    expect(realm.settings.accessTokenLifespan).toBeLessThanOrEqual(60);
    expect(realm.federation.component.config["removeInvalidUsersEnabled"]).toEqual(["false"]);
    expect(realm.federation.component.config["uuidLDAPAttribute"]).toEqual(["planbGuid"]);
  });

  it("pins the subject to the immutable key", () => {
    const edge = realm.clients.find(({ clientId }) => clientId === "edge");
    const claims = Object.fromEntries(
      (edge?.protocolMappers ?? []).map(({ name, config }) => [name, config?.["user.attribute"]]),
    );
    expect(claims).toMatchObject({ sub: "planbGuid", guid: "planbGuid", groups: "groups" });
    expect(edge?.attributes).toMatchObject({ "post.logout.redirect.uris": "https://start.x/*##https://y/*" });
  });

  it("lets people change their password here only once AD is no longer the authority", () => {
    expect(action(realm, "UPDATE_PASSWORD")).toBe(false);
    expect(action(desiredRealm({ ...config, authority: "planb" }, secrets), "UPDATE_PASSWORD")).toBe(true);
    expect(action(realm, "PLANB_SET_PASSWORD")).toBe(true);
  });
});

describe("the login's steps", () => {
  it("ask everybody, and enrol who has nothing", () => {
    expect(names({})).toEqual([
      "0 auth-cookie",
      "0 forms",
      "1 planb-username-password-form",
      "1 second factor required",
      "2 conditional-credential",
      "2 second factor",
      "3 webauthn-authenticator",
      "3 auth-otp-form",
      "3 auth-recovery-authn-code-form",
      "3 enrol",
      "4 auth-otp-form",
    ]);
  });

  it("ask the named groups, and the others for what they have", () => {
    const secondFactor = { requiredFor: ["g0123456789ab", "gba9876543210"], methods: ["webauthn" as const] };
    const steps = flatten(desiredRealm({ ...config, secondFactor }, secrets).browserFlow);
    const conditions = steps.filter(({ name }) => name === "conditional-user-attribute").map((step) => step.config);
    expect(conditions).toMatchObject([
      { attribute_name: "groups", attribute_expected_value: "g0123456789ab|gba9876543210", not: "false" },
      { attribute_expected_value: "g0123456789ab|gba9876543210", not: "true" },
    ]);
    expect(steps.map(({ name }) => name)).toContain("conditional-user-configured");
    expect(steps.at(-1)?.name).toBe("webauthn-authenticator");
    expect(steps.find(({ name }) => name === "auth-otp-form")).toBeUndefined();
  });
});
