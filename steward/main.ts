import { stewardCommand } from "./cli.ts";
import { log, words } from "./log.ts";

let running = false;

/** The steward's entry: without a verb it runs until it is told to end, with one it asks the running one. */
stewardCommand(async () => {
  running = true;
  // Loaded only here: a command needs little memory beside the running steward.
  const { runSteward } = await import("./daemon.ts");
  await runSteward();
})
  .parseAsync()
  .catch((error: unknown) => {
    if (running) log(`steward: ${words(error)}`);
    else process.stderr.write(`steward: ${words(error)}\n`);
    process.exit(1);
  });
