import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type * as grpc from "@grpc/grpc-js";
import messages from "@pulumi/pulumi/proto/language_pb.js";
import plugins from "@pulumi/pulumi/proto/plugin_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { type Methods, unary } from "../plugin/serve.ts";
import { dependencies, pulumiPackages } from "./packages.ts";
import { type Program, runProgram } from "./run.ts";

/** The version of Pulumi's own language host that this one answers for. */
const version = "3.259.0";

/**
 * Pulumi's protocol for running Node.js programs. Left out, and answered "unimplemented": generating SDKs, and plug-ins
 * written as Node projects.
 *
 * @param engine address of the engine
 */
export function languageMethods(engine: string): Methods {
  const running = new Set<AbortController>();
  process.on("exit", () => {
    for (const run of running) run.abort();
  });
  return {
    handshake: unary(() => new messages.LanguageHandshakeResponse()),
    getPluginInfo: unary(() => {
      const info = new plugins.PluginInfo();
      info.setVersion(version);
      return info;
    }),
    getRequiredPackages: unary((request: InstanceType<typeof messages.GetRequiredPackagesRequest>) => {
      const response = new messages.GetRequiredPackagesResponse();
      for (const { name, version, server } of pulumiPackages(request.getInfo()?.getProgramDirectory() ?? ".")) {
        const dependency = new plugins.PackageDependency();
        dependency.setKind("resource");
        dependency.setName(name);
        dependency.setVersion(`v${version}`);
        if (server !== undefined) dependency.setServer(server);
        response.addPackages(dependency);
      }
      return response;
    }),
    run: unary(async (request: InstanceType<typeof messages.RunRequest>) => {
      const controller = new AbortController();
      running.add(controller);
      try {
        const { error, bail } = await runProgram(programOf(request, engine), controller.signal);
        const response = new messages.RunResponse();
        response.setError(error);
        response.setBail(bail);
        return response;
      } finally {
        running.delete(controller);
      }
    }),
    about: unary(() => {
      const response = new messages.AboutResponse();
      response.setExecutable(process.execPath);
      response.setVersion(process.version);
      response.getMetadataMap().set("language host", "planb's own, see toolchain/README.md of planb");
      return response;
    }),
    getProgramDependencies: unary((request: InstanceType<typeof messages.GetProgramDependenciesRequest>) => {
      const response = new messages.GetProgramDependenciesResponse();
      for (const { name, version } of dependencies(request.getInfo()?.getProgramDirectory() ?? ".")) {
        const info = new messages.DependencyInfo();
        info.setName(name);
        info.setVersion(version);
        response.addDependencies(info);
      }
      return response;
    }),
    runtimeOptionsPrompts: unary(() => new messages.RuntimeOptionsResponse()),
    installDependencies,
    generateProgram: unary((request: InstanceType<typeof messages.GenerateProgramRequest>) => {
      const response = new messages.GenerateProgramResponse();
      for (const [file, source] of request.getSourceMap().toArray() as [string, string][]) {
        response.getSourceMap().set(`${file}.ts`, Buffer.from(asComment(source)));
      }
      return response;
    }),
    cancel: unary(() => {
      for (const run of running) run.abort();
      return new empty.Empty();
    }),
  };
}

/** What `pulumi import` found, as a comment: this host writes no TypeScript, and the properties are all there. */
function asComment(source: string): string {
  const lines = source.trim().split("\n");
  return ["planb's language host writes no TypeScript; in Pulumi's own notation:", "", ...lines]
    .map((line) => `// ${line}`.trimEnd())
    .concat("")
    .join("\n");
}

function programOf(request: InstanceType<typeof messages.RunRequest>, engine: string): Program {
  const info = request.getInfo();
  const options = (info?.getOptions()?.toJavaScript() ?? {}) as Record<string, unknown>;
  return {
    engine,
    monitor: request.getMonitorAddress(),
    project: request.getProject(),
    stack: request.getStack(),
    organization: request.getOrganization(),
    rootDirectory: info?.getRootDirectory() ?? request.getPwd(),
    directory: request.getPwd(),
    entryPoint: info?.getEntryPoint() || request.getProgram() || ".",
    arguments: request.getArgsList(),
    config: Object.fromEntries(request.getConfigMap().toArray()),
    configSecretKeys: request.getConfigsecretkeysList(),
    dryRun: request.getDryrun(),
    parallel: request.getParallel(),
    options,
  };
}

function installDependencies(
  call: grpc.ServerWritableStream<
    InstanceType<typeof messages.InstallDependenciesRequest>,
    InstanceType<typeof messages.InstallDependenciesResponse>
  >,
): void {
  const directory = call.request.getDirectory();
  const locked = existsSync(join(directory, "package-lock.json"));
  const npm = spawn("npm", [locked ? "ci" : "install", "--no-audit", "--no-fund"], { cwd: directory });
  const send = (set: "setStdout" | "setStderr") => (chunk: Buffer) => {
    const response = new messages.InstallDependenciesResponse();
    response[set](chunk);
    call.write(response);
  };
  npm.stdout.on("data", send("setStdout"));
  npm.stderr.on("data", send("setStderr"));
  npm.on("error", (error) => call.destroy(error));
  npm.on("close", (code) => (code === 0 ? call.end() : call.destroy(new Error(`npm ended with ${code}`))));
}
