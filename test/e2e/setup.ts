import { execa } from "execa";
import { root } from "./support/root.ts";

/** One running demo, shared by all stories: brought up as a person would, with what that prints. */
export default async function setup(): Promise<void> {
  await execa(`${root}/planb`, ["up", "demo", "--yes"], { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
}
