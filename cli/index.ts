import { fileURLToPath } from "node:url";
import { Command, CommanderError } from "commander";
import { UserError } from "../model/index.ts";
import { commands } from "./commands.ts";

/** Exit codes: 0 done, 1 the user can mend it or a probe or test failed, 2 wrong usage, 70 a bug. */
export async function main(argv: readonly string[]): Promise<number> {
  const program = new Command("planb")
    .description("A municipality's plan B: login, directory and portal that outlive the foreign platform")
    .showHelpAfterError("(./planb --help tells more)")
    .exitOverride();
  let code = 0;
  for (const add of commands) add(program, (exitCode) => (code = exitCode));
  try {
    await program.parseAsync([...argv]);
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof UserError) {
      console.error(error.message);
      return 1;
    }
    console.error(error);
    return 70;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv);
