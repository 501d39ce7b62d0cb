import { execa } from "execa";
import { root } from "./support/root.ts";

/** One running demo, shared by all stories: brought up as a person would, with what that prints. */
export default async function setup(): Promise<void> {
  const options = { cwd: root, stdio: ["ignore", "inherit", "inherit"] } as const;
  await execa(`${root}/planb`, ["up", "demo", "--yes"], options);
  // What a broken-off run left behind is taken away, and the guard counts anew.
  await execa(`${root}/planb`, ["directory", "demo", "sync"], { ...options, reject: false });
  await execa(`${root}/planb`, ["directory", "demo", "approve-removal"], options);
}
