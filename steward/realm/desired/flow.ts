import type { RealmConfig, SecondFactor } from "../config.ts";

/** When a step of a login counts, in Keycloak's words. */
export type Requirement = "REQUIRED" | "ALTERNATIVE" | "CONDITIONAL" | "DISABLED";

/** One step of a login: an authenticator, or steps of its own. */
export interface Step {
  readonly requirement: Requirement;
  /** Keycloak's name of the authenticator. */
  readonly authenticator?: string;
  /** The authenticator's settings. */
  readonly config?: Readonly<Record<string, string>>;
  /** Name of a group of steps. */
  readonly flow?: string;
  readonly steps?: readonly Step[];
}

const step = (authenticator: string, requirement: Requirement, config?: Record<string, string>): Step =>
  config ? { authenticator, requirement, config } : { authenticator, requirement };
const flow = (name: string, requirement: Requirement, steps: readonly Step[]): Step => ({
  flow: name,
  requirement,
  steps,
});

/** Authenticator of each method; a passkey stands on the first page instead. */
const authenticators: Readonly<Record<Exclude<SecondFactor, "passkey">, string>> = {
  webauthn: "webauthn-authenticator",
  totp: "auth-otp-form",
  recoveryCodes: "auth-recovery-authn-code-form",
};

/**
 * The login in a browser: user name and password, then a second factor for those who must or have one. A passkey is
 * both at once. Who must and has none yet enrols: without the last group they would be told "wrong password".
 */
export function desiredBrowserFlow({ secondFactor: { requiredFor, methods } }: RealmConfig): readonly Step[] {
  const offered = (["webauthn", "totp", "recoveryCodes"] as const).filter((method) => methods.includes(method));
  const choices = offered.map((method) => step(authenticators[method], "ALTERNATIVE"));
  const enrol = methods.includes("totp") ? authenticators.totp : authenticators.webauthn;
  const noPasskey = step("conditional-credential", "REQUIRED", {
    credentials: "webauthn-passwordless",
    included: "false",
  });
  const inGroups = (negate: boolean): Step[] =>
    requiredFor === "all"
      ? []
      : [
          step("conditional-user-attribute", "REQUIRED", {
            attribute_name: "groups",
            attribute_expected_value: requiredFor.length > 0 ? requiredFor.join("|") : "none",
            include_group_attributes: "false",
            not: String(negate),
            regex: "true",
          }),
        ];
  const required = flow("second factor required", "CONDITIONAL", [
    noPasskey,
    ...inGroups(false),
    flow("second factor", "REQUIRED", [...choices, flow("enrol", "ALTERNATIVE", [step(enrol, "REQUIRED")])]),
  ]);
  const own = flow("second factor chosen", "CONDITIONAL", [
    noPasskey,
    ...inGroups(true),
    step("conditional-user-configured", "REQUIRED"),
    ...choices,
  ]);
  return [
    step("auth-cookie", "ALTERNATIVE"),
    flow("forms", "ALTERNATIVE", [
      step("planb-username-password-form", "REQUIRED"),
      required,
      ...(requiredFor === "all" ? [] : [own]),
    ]),
  ];
}

/** A step in a flat list, as Keycloak tells a flow. */
export interface FlatStep {
  readonly level: number;
  readonly name: string;
  readonly requirement: Requirement;
  readonly config: Readonly<Record<string, string>>;
}

/** The steps in the order and with the depth that Keycloak lists them. */
export function flatten(steps: readonly Step[], level = 0): FlatStep[] {
  return steps.flatMap((each) => [
    { level, name: each.authenticator ?? each.flow ?? "", requirement: each.requirement, config: each.config ?? {} },
    ...flatten(each.steps ?? [], level + 1),
  ]);
}
