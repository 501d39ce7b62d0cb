import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { UserError } from "../../model/errors.ts";
import { buildOnce, contentKey } from "../atomic.ts";
import { logFolder, toolchainCache } from "../paths.ts";
import { findGo } from "./go.ts";
import { pulumiVersion } from "./official.ts";

const module = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
const flags = `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${pulumiVersion}`;
const source = (file: string): Buffer => readFileSync(join(import.meta.dirname, file));

/** Folder of the CLI that is built from the Go module proxy: `bin/pulumi` in it. It may not exist yet. */
export function builtCliFolder(): string {
  const key = contentKey(source("go.mod"), source("go.sum"), module, flags, process.platform, process.arch);
  return join(toolchainCache(), `cli-${pulumiVersion}-${key}`);
}

/**
 * Builds the Pulumi CLI with Go from the module proxy, unless it is there already. About four minutes on two cores.
 *
 * @returns its folder
 * @throws UserError that names the log file when it cannot be built
 */
export async function buildCli(tell: (words: string) => void): Promise<string> {
  const folder = builtCliFolder();
  await buildOnce(folder, async (fresh) => {
    const log = join(logFolder(), "pulumi-cli.log");
    mkdirSync(logFolder(), { recursive: true });
    const begin = Date.now();
    const ticker = setInterval(() => {
      tell(`building the Pulumi CLI ${pulumiVersion}, ${Math.round((Date.now() - begin) / 1000)} s (about 4 min)`);
    }, 20_000);
    try {
      const go = await findGo(tell, log);
      tell(`building the Pulumi CLI ${pulumiVersion} with Go (about 4 min)`);
      for (const file of ["go.mod", "go.sum"]) writeFileSync(join(fresh, file), source(file));
      await execa(
        go,
        ["build", "-mod=readonly", "-trimpath", "-ldflags", flags, "-o", join(fresh, "bin", "pulumi"), module],
        {
          cwd: fresh,
          env: { GOTOOLCHAIN: "auto", GOFLAGS: "", GOWORK: "off", CGO_ENABLED: "0" },
          stdout: { file: log, append: true },
          stderr: { file: log, append: true },
        },
      );
    } catch (error) {
      throw new UserError(
        `toolchain/cli: the Pulumi CLI ${pulumiVersion} could not be built from the Go module proxy; the whole output: ` +
          `${log}\n${lastLines(log)}\n` +
          "Make the proxy reachable (GOPROXY names another one), or install the official CLI of that version or newer.",
        { cause: error },
      );
    } finally {
      clearInterval(ticker);
      for (const file of ["go.mod", "go.sum"]) rmSync(join(fresh, file), { force: true });
    }
  });
  return folder;
}

function lastLines(file: string): string {
  return existsSync(file)
    ? readFileSync(file, "utf8").trimEnd().split("\n").slice(-5).join("\n")
    : "(nothing was written)";
}
