import type { Problem, ProviderPlugin } from "../plugin/provider.ts";
import { packageSchema } from "../plugin/schema.ts";
import { type Properties, unwrap } from "../plugin/values.ts";
import { containerFields } from "./container/fields.ts";
import { containers } from "./container/index.ts";
import { Engine } from "./engine.ts";
import { networkFields, networkOutputs, networks } from "./network.ts";
import { volumeFields, volumeOutputs, volumes } from "./volume.ts";

/** Version of the SDK `@pulumi/docker` that the plug-in answers to. */
export const dockerVersion = "5.2.0";

const network = "docker:index/network:Network";
const volume = "docker:index/volume:Volume";
const container = "docker:index/container:Container";

/** Settings that the engine itself adds. */
const engineOwn = new Set(["version", "pluginDownloadURL", "__internal", "host"]);

/** The docker plug-in: networks, volumes and containers of one engine, through its API. */
export function dockerPlugin(): ProviderPlugin {
  const engine = new Engine();
  return {
    name: "docker",
    version: dockerVersion,
    schema: () =>
      packageSchema("docker", dockerVersion, {
        [network]: { fields: networkFields, outputs: networkOutputs },
        [volume]: { fields: volumeFields, outputs: volumeOutputs },
        [container]: { fields: containerFields, outputs: [] },
      }),
    checkConfig: (config) =>
      Object.entries(config).flatMap(([property, value]): Problem[] =>
        engineOwn.has(property) || value === null
          ? []
          : [{ property, reason: `"${property}" is not covered by planb's own plug-in; it has host` }],
      ),
    configure(config) {
      const { host } = unwrap(config) as Properties;
      engine.connect(typeof host === "string" && host !== "" ? host : undefined);
    },
    resources: {
      [network]: networks(engine),
      [volume]: volumes(engine),
      [container]: containers(engine),
    },
  };
}
