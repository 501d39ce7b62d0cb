import { UserError } from "../../model/errors.ts";
import { type BareOptions, bare } from "./bare.ts";

// Run by `planb test bare`, with its options as JSON.
try {
  process.exitCode = await bare(JSON.parse(process.argv[2] ?? "{}") as BareOptions);
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
