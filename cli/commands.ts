import { Argument, type Command, Option } from "commander";
import { modes } from "../model/mode.ts";

/** What a command's action returns: its exit code, 0 when it returns nothing. */
export type Exit = number | undefined;

const yes = ["-y, --yes", "do not ask"] as const;
const json = ["--json", "print JSON"] as const;

/**
 * Declares every command. A table of contents: what a command does lives in its own file, loaded when it is run, so
 * that `--help` starts quickly.
 *
 * @param finish takes the exit code of the command that ran
 */
export function declareCommands(program: Command, finish: (code: Exit) => void): void {
  /** Wraps an action so that its exit code is kept. */
  const run =
    <A extends readonly unknown[]>(action: (...args: A) => Promise<Exit>) =>
    async (...args: A): Promise<void> =>
      finish(await action(...args));

  program.commandsGroup("A stack's life");
  program
    .command("new")
    .summary("make a stack file, by questions or flags")
    .argument("[name]", "the stack's name, e.g. ringsted")
    .option("--municipality <text>", 'name shown to people, e.g. "Ringsted Kommune"')
    .option("--domain <name>", "DNS domain the services get their names in")
    .option("--address <ip>", "address of this host that ports are published on")
    .option("--set <key=value...>", "any other setting, e.g. host.httpsPort=8443")
    .action(run(async (name, options) => (await import("./new.ts")).newStack(name, options)));
  program
    .command("check")
    .summary("check stack files without deploying anything")
    .argument("[stack]", "default: all of them")
    .option(...json)
    .action(run(async (stack, options) => (await import("./check.ts")).check(stack, options)));
  program
    .command("init")
    .summary("make a stack's master secret and its encrypted configuration")
    .argument("<stack>")
    .option("--recover", "the passphrase is lost, or the host is new: take the master from the sheet in the safe")
    .option("--master-file <file>", "as --recover, the master from a file")
    .option(...yes)
    .action(run(async (stack, options) => (await import("./init.ts")).init(stack, options)));
  program
    .command("up")
    .summary("build, start and prove a stack; tells where to log in")
    .argument("<stack>")
    .option(...yes)
    .option("--timeout <seconds>", "longest wait for the probes", "300")
    .option(...json)
    .action(run(async (stack, options) => (await import("./up.ts")).up(stack, options)));
  program
    .command("mode")
    .summary("change what runs: edits the stack file, shows what starts and stops, asks, does it")
    .argument("<stack>")
    .addArgument(new Argument("<mode>").choices(modes))
    .option(...yes)
    .option("--timeout <seconds>", "longest wait for the probes", "300")
    .action(run(async (stack, mode, options) => (await import("./mode.ts")).changeMode(stack, mode, options)));
  program
    .command("down")
    .summary("stop a stack: its containers and networks go, its data stays")
    .argument("<stack>")
    .option(...yes)
    .action(run(async (stack, options) => (await import("./down.ts")).down(stack, options)));
  program
    .command("destroy")
    .summary("stop a stack and delete its data, asking first")
    .argument("<stack>")
    .option("-y, --yes", "do not ask; needs --delete-data as well")
    .option("--delete-data", "agree to delete the stack's data")
    .action(run(async (stack, options) => (await import("./down.ts")).destroy(stack, options)));

  program.commandsGroup("A look at it");
  program
    .command("status")
    .summary("mode, workloads, memory, age of the directory copy, login coverage, certificates")
    .argument("<stack>")
    .option(...json)
    .action(run(async (stack, options) => (await import("./status.ts")).status(stack, options)));
  program
    .command("probe")
    .summary("try from outside what a user could do")
    .argument("<stack>")
    .option("--service <name>", "only the probes of one service")
    .option("--until-green <seconds>", "repeat what fails for so long", "0")
    .option(...json)
    .action(run(async (stack, options) => (await import("./probe.ts")).probe(stack, options)));
  program
    .command("dns")
    .summary("the DNS records that mail and the public hosts need; --check compares them with the DNS")
    .argument("<stack>")
    .option("--check", "ask a name server for each, and tell what is missing or wrong")
    .option("--resolver <address>", "name server to ask, e.g. 192.0.2.53 or 192.0.2.53:5353; default: the host's own")
    .option(...json)
    .action(run(async (stack, options) => (await import("./dns.ts")).dns(stack, options)));
  program
    .command("logs")
    .summary("the last lines of a workload")
    .argument("<stack>")
    .argument("<workload>")
    .option("-n, --lines <number>", "how many", "100")
    .option("-f, --follow", "go on printing")
    .action(run(async (stack, workload, options) => (await import("./logs.ts")).logs(stack, workload, options)));

  program.commandsGroup("The directory and the secrets");
  program
    .command("directory")
    .summary("the shadow directory: sync, coverage, codes, approve-removal, sever, unsever")
    .description("Runs a command of the steward, inside its container. Without one it lists them.")
    .argument("<stack>")
    .argument("[command...]", "sync | coverage [--json] | codes <group> | approve-removal | sever | unsever")
    .passThroughOptions()
    .allowUnknownOption()
    .action(run(async (stack, command) => (await import("./directory.ts")).directory(stack, command)));
  program
    .command("mailbox")
    .summary("hand the mail of a person who left over to somebody else")
    .command("handover")
    .description(
      "Copies one mailbox into the folder Overtaget of another. Without names it lists the mailboxes of people who are gone.",
    )
    .argument("<stack>")
    .argument("[of]", "GUID of the mailbox")
    .argument("[to]", "mail address of who gets it, a person or a shared mailbox")
    .action(run(async (stack, of, to) => (await import("./handover.ts")).handover("mailbox", stack, of, to)));
  program
    .command("calendar")
    .summary("hand calendars and contacts of a person who left over to somebody else")
    .command("handover")
    .description(
      "Copies calendars and address books of one person beside another's own. Without names it lists the people who are gone.",
    )
    .argument("<stack>")
    .argument("[of]", "GUID of the person who left")
    .argument("[to]", "login or GUID of the person who gets them")
    .action(run(async (stack, of, to) => (await import("./handover.ts")).handover("calendar", stack, of, to)));
  program
    .command("secret")
    .summary("print what belongs on paper in a safe, or the break-glass login")
    .argument("<stack>")
    .addArgument(new Argument("<what>").choices(["print", "break-glass"]))
    .action(run(async (stack, what) => (await import("./secret.ts")).secret(stack, what)));

  program.commandsGroup("Tools");
  program
    .command("env")
    .summary('a shell where plain pulumi works: eval "$(./planb env)"')
    .argument("[stack]", "also point at the passphrase kept for this stack")
    .option(...yes)
    .action(run(async (stack) => (await import("./env.ts")).env(stack)));
  const images = program.command("images").summary("build, list and refresh the images, print their contents");
  images
    .command("build", { isDefault: true })
    .argument("[names...]", "default: all")
    .option(...yes)
    .action(run(async (names) => (await import("./images.ts")).build(names)));
  images
    .command("list")
    .option(...json)
    .action(run(async (options) => (await import("./images.ts")).list(options)));
  images
    .command("refresh")
    .summary("take Debian's security updates and show what changed")
    .option(...yes)
    .action(run(async () => (await import("./images.ts")).refresh()));
  images
    .command("sbom")
    .summary("the bill of materials of an image (CycloneDX)")
    .argument("<name>")
    .action(run(async (name) => (await import("./images.ts")).sbom(name)));
  program
    .command("test")
    .summary("run the whole suite; its last line is a plain count")
    .addArgument(
      new Argument("[part]", "only one part of the suite; bare: both commands in a bare Debian").choices([
        "check",
        "unit",
        "engine",
        "e2e",
        "bare",
      ]),
    )
    .option(...yes)
    .option("--filter <text>", "only test files whose path contains the text")
    .option("--debian <release...>", "bare: 13, 12", ["13"])
    .option("--built", "bare: use the images this engine has instead of building them anew")
    .addOption(new Option("--only <command>", "bare: only one of the two commands").choices(["up", "test"]))
    .action(
      run(async (part, options) =>
        part === "bare"
          ? (await import("./test.ts")).testBare(options)
          : (await import("./test.ts")).test(part, { filter: options.filter }),
      ),
    );
  program
    .command("bench")
    .summary("measure: up, noop, sync, login, memory")
    .argument("[names...]", "default: all")
    .option(...yes)
    .action(run(async (names) => (await import("./bench.ts")).bench(names)));

  // The launcher takes --yes for every command: it agrees to what is set up before this program runs.
  for (const command of program.commands.flatMap((one) => [one, ...one.commands])) {
    const known = command.options.some((option) => option.long === "--yes");
    const passesOn = command.name() === "directory"; // its options are the steward's
    if (!known && !passesOn) command.addOption(new Option("-y, --yes").hideHelp());
  }
}
