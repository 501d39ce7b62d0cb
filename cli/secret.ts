import { TOTP } from "otpauth";
import { UserError } from "../model/errors.ts";
import type { Exit } from "./commands.ts";
import { bold, print } from "./output.ts";
import { stackOutputs } from "./pulumi.ts";
import { type OpenStack, openStack } from "./stack.ts";

/** `planb secret`: what belongs on paper, and the login for the day when nothing else lets anybody in. */
export async function secret(name: string, what: "print" | "break-glass"): Promise<Exit> {
  const stack = await openStack(name);
  await (what === "print" ? printSheet(stack) : printBreakGlass(stack));
  return 0;
}

async function printSheet({ name, identity, demo, pulumi }: OpenStack): Promise<void> {
  const master = (await pulumi.read("config", "get", "planb:master")).trim();
  print(bold(`${identity.municipality}: the sheet for the safe`));
  print(`Stack    ${name}`);
  print(`Made     ${new Date().toISOString().slice(0, 10)}`);
  print(`Master   ${master}`);
  print("Passphrase: ________________________________________________ (write it here by hand)");
  print();
  print("From the master every made secret of the stack is derived again: on a bare host, with the stack file and a");
  print(`restored backup, run ./planb init ${name} --recover; so too when the passphrase is lost.`);
  if (demo) print("This is a demo: its keys protect nothing.");
}

async function printBreakGlass({ name, config, identity, pulumi }: OpenStack): Promise<void> {
  const { secrets } = await stackOutputs(pulumi);
  const password = secrets["break-glass-password"];
  const seed = secrets["break-glass-totp"];
  if (password === undefined || seed === undefined) {
    throw new UserError(`the stack ${name} offers no break-glass login; bring it up once more: ./planb up ${name}`);
  }
  const { sso } = config as { sso?: { breakGlass?: string } };
  print(`Address        ${identity.origin("login")}/admin/`);
  print(`User           ${sso?.breakGlass ?? "break-glass"}`);
  print(`Password       ${password}`);
  print(`Second factor  ${new TOTP({ secret: seed }).generate()} now; its seed for an authenticator app: ${seed}`);
  print("The address opens only from the addresses in edge.adminFrom of the stack file.");
}
