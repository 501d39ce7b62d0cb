import type { Command } from "commander";
import { addTest } from "./test.ts";

/** Adds a command to the program; `exit` sets the exit code. */
export type AddCommand = (program: Command, exit: (code: number) => void) => void;

/** All commands, in the order `--help` lists them. */
export const commands: readonly AddCommand[] = [addTest];
