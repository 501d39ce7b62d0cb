import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { StackOutputs } from "../model/outputs.ts";
import { bold } from "./output.ts";
import { root, stackFolder } from "./paths.ts";
import type { OpenStack } from "./stack.ts";

/** Where a person logs in, with what, and how their browser comes to trust the page. */
export interface LoginHelp {
  readonly url: string;
  /** Accounts of a demo; of a real municipality nobody's. */
  readonly accounts: readonly { readonly name: string; readonly password: string; readonly who: string }[];
  /** The stack's root certificate, PEM. */
  readonly rootCertificate: string;
}

/** The first person of the demo's made-up staff who may log in; everybody there has one password. */
function demoAccount(): LoginHelp["accounts"] {
  const file = join(root, "images", "existing-ad", "people.yaml");
  const staff = parse(readFileSync(file, "utf8")) as {
    password: string;
    people: readonly (readonly [string, string, string, string, { state?: string }?])[];
  };
  const person = staff.people.find(([, , , , further]) => further?.state === undefined);
  if (person === undefined) return [];
  const [name, given, surname, unit] = person;
  return [{ name, password: staff.password, who: `${given} ${surname}, ${unit}` }];
}

/** Writes the root certificate beside the stack's keys and collects what is told after `up`. */
export function loginHelp({ name, demo, identity }: OpenStack, outputs: StackOutputs): LoginHelp {
  const rootCertificate = join(stackFolder(name), "root-certificate.pem");
  if (outputs.caPem !== undefined) writeFileSync(rootCertificate, outputs.caPem);
  const accounts = demo ? demoAccount() : [];
  return { url: outputs.urls["portal"] ?? identity.origin("start"), accounts, rootCertificate };
}

/** The same in words. */
export function loginHelpText(stack: OpenStack, help: LoginHelp): string {
  const { identity, demo, name } = stack;
  const account = demo
    ? help.accounts.map(
        (a) =>
          `${bold("Log in as")}     ${a.name}, password ${a.password} (${a.who}); the second factor is set up at the first login`,
      )
    : [`${bold("Log in as")}     anybody of the municipality's directory, with the usual name and password`];
  return [
    `${bold("Start page")}    ${help.url}`,
    ...account,
    `${bold("Certificate")}   ${help.rootCertificate}`,
    "  The browser warns until it trusts this root certificate of the stack. Firefox: Settings, Privacy, Certificates,",
    "  Authorities, Import. Chromium: chrome://settings/certificates, Authorities, Import. Whole machine (Debian), as root:",
    `  cp ${help.rootCertificate} /usr/local/share/ca-certificates/planb-${name}.crt && update-ca-certificates`,
    ...(identity.hostAddress.startsWith("127.") && !identity.domain.endsWith(".localhost")
      ? [`  The stack listens on ${identity.hostAddress} only: on this machine.`]
      : []),
  ].join("\n");
}
