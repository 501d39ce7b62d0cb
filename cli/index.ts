import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command, CommanderError } from "commander";
import { UserError } from "../model/errors.ts";
import { declareCommands } from "./commands.ts";
import { root } from "./paths.ts";

const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };

/** Exit codes: 0 done, 1 the user can mend it or a probe or test failed, 2 wrong usage, 70 a bug. */
export async function main(argv: readonly string[]): Promise<number> {
  let code = 0;
  const program = new Command("planb")
    .description(
      "A municipality's plan B: login, mail, calendar and files of its own that outlive the foreign platform",
    )
    .version(version, "--version", "print planb's version")
    .showHelpAfterError("(./planb --help tells more)")
    .enablePositionalOptions()
    .exitOverride();
  declareCommands(program, (exit) => {
    code = exit ?? 0;
  });
  try {
    await program.parseAsync([...argv]);
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof UserError) {
      console.error(error.message);
      return 1;
    }
    // A question answered with Ctrl+C is no bug.
    if (error instanceof Error && error.name === "ExitPromptError") return 1;
    console.error(error);
    return 70;
  }
}

// An open connection or a stray timer must not keep a finished command alive; what was printed is flushed first.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = await main(process.argv);
  process.stdout.write("", () => process.exit());
}
