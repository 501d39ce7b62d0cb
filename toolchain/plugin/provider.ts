import * as grpc from "@grpc/grpc-js";
import plugins from "@pulumi/pulumi/proto/plugin_pb.js";
import provider from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import status from "@pulumi/pulumi/proto/status_pb.js";
import any from "google-protobuf/google/protobuf/any_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import type { Difference, Resource } from "./resource.ts";
import { ConfigError, HalfDone, ResourceError } from "./resource.ts";
import { CallError, type Methods, serve, unary } from "./serve.ts";
import type { Properties } from "./values.ts";

/** A whole provider plug-in. */
export interface ProviderPlugin {
  /** Package name, e.g. `docker`. */
  readonly name: string;
  /** The version of the SDK it answers to, without `v`. */
  readonly version: string;
  /** The package schema as JSON, for `pulumi import` and `pulumi package get-schema`. */
  readonly schema: () => string;
  /** What is wrong with the provider's own settings, by property. */
  checkConfig(config: Properties): readonly Problem[];
  /** Takes the settings. @throws ConfigError */
  configure(config: Properties): void;
  /** Resources by type token. */
  readonly resources: Readonly<Record<string, Resource>>;
}

/** One thing wrong with one property. */
export interface Problem {
  readonly property: string;
  readonly reason: string;
}

type Struct = ReturnType<typeof struct.Struct.fromJavaScript>;

const fromStruct = (message: Struct | undefined): Properties => (message?.toJavaScript() ?? {}) as Properties;
const toStruct = (properties: Properties): Struct =>
  struct.Struct.fromJavaScript(properties as Parameters<typeof struct.Struct.fromJavaScript>[0]);

/** Serves a provider plug-in over Pulumi's protocol. */
export async function serveProvider(plugin: ProviderPlugin): Promise<void> {
  await serve(provider.ResourceProviderService as unknown as grpc.ServiceDefinition, providerMethods(plugin));
}

/** The protocol's methods on the resources of a plug-in; those not listed answer "unimplemented". */
export function providerMethods(plugin: ProviderPlugin): Methods {
  const cancellation = new AbortController();
  const resource = (urn: string): Resource => {
    const type = urn.split("::")[2]?.split("$").at(-1) ?? "";
    const found = plugin.resources[type];
    if (found) return found;
    const known = Object.keys(plugin.resources).join(", ");
    throw new CallError(
      grpc.status.UNIMPLEMENTED,
      `planb's own ${plugin.name} plug-in has no resource ${type}; it has ${known}. The official plug-in has it.`,
    );
  };
  const signal = (seconds: number): AbortSignal =>
    seconds > 0 ? AbortSignal.any([cancellation.signal, AbortSignal.timeout(seconds * 1000)]) : cancellation.signal;

  return {
    handshake: unary(() => {
      const response = new messages.ProviderHandshakeResponse();
      response.setAcceptSecrets(true);
      return response;
    }),
    getPluginInfo: unary(() => {
      const info = new plugins.PluginInfo();
      info.setVersion(plugin.version);
      return info;
    }),
    getSchema: unary(() => {
      const response = new messages.GetSchemaResponse();
      response.setSchema(plugin.schema());
      return response;
    }),
    checkConfig: unary((request: InstanceType<typeof messages.CheckRequest>) =>
      checked(fromStruct(request.getNews()), (news) => plugin.checkConfig(news)),
    ),
    diffConfig: unary((request: InstanceType<typeof messages.DiffRequest>) => {
      // Another engine means other objects: what was made on the first cannot be updated on the second.
      const [olds, news] = [fromStruct(request.getOldInputs()), fromStruct(request.getNews())];
      const replaces = olds["host"] === news["host"] ? [] : ["host"];
      return differences(replaces.map((property) => ({ property, kind: "update", replace: true })));
    }),
    configure: unary((request: InstanceType<typeof messages.ConfigureRequest>) => {
      try {
        plugin.configure(fromStruct(request.getArgs()));
      } catch (error) {
        if (error instanceof ConfigError) throw new CallError(grpc.status.INVALID_ARGUMENT, error.message);
        throw error;
      }
      const response = new messages.ConfigureResponse();
      response.setAcceptsecrets(true);
      response.setSupportspreview(true);
      return response;
    }),
    check: unary((request: InstanceType<typeof messages.CheckRequest>) => {
      const news = resource(request.getUrn()).prepare(fromStruct(request.getNews()), {
        name: request.getName(),
        olds: fromStruct(request.getOlds()),
        seed: Buffer.from(request.getRandomseed_asU8()),
      });
      return checked(news, (given) => resource(request.getUrn()).check(given));
    }),
    // The comparison is with what is there, not with what the state remembers: so a plain `pulumi up` mends what was
    // stopped, removed or changed by hand, without a refresh of everything before it.
    diff: unary(async (request: InstanceType<typeof messages.DiffRequest>) => {
      const of = resource(request.getUrn());
      const kept = new Set(request.getIgnorechangesList());
      const [inputs, news] = [fromStruct(request.getOldInputs()), fromStruct(request.getNews())];
      const found = await guarded(() => of.read(request.getId(), inputs, fromStruct(request.getOlds())));
      // Gone, or another under its name.
      if (found?.id !== request.getId())
        return differences([{ property: "name", kind: "update", replace: true }], true);
      const olds = found.inputs ?? inputs;
      return differences(
        of.diff(olds, news).filter((difference) => !kept.has(difference.property)),
        of.deleteBeforeReplace(olds, news),
      );
    }),
    create: unary(async (request: InstanceType<typeof messages.CreateRequest>) => {
      const inputs = fromStruct(request.getProperties());
      const response = new messages.CreateResponse();
      if (request.getPreview()) {
        response.setProperties(toStruct(resource(request.getUrn()).preview(inputs)));
        return response;
      }
      const made = await guarded(() => resource(request.getUrn()).create(inputs, signal(request.getTimeout())));
      response.setId(made.id);
      response.setProperties(toStruct(made.outputs));
      return response;
    }),
    read: unary(async (request: InstanceType<typeof messages.ReadRequest>) => {
      const inputs = fromStruct(request.getInputs());
      const olds = Object.keys(inputs).length > 0 ? inputs : undefined;
      const found = await guarded(() =>
        resource(request.getUrn()).read(request.getId(), olds, fromStruct(request.getProperties())),
      );
      const response = new messages.ReadResponse();
      if (found === undefined) return response; // no id: it is gone
      response.setId(found.id);
      response.setProperties(toStruct(found.outputs));
      response.setInputs(toStruct(found.inputs ?? inputs));
      return response;
    }),
    update: unary(async (request: InstanceType<typeof messages.UpdateRequest>) => {
      const news = fromStruct(request.getNews());
      const response = new messages.UpdateResponse();
      const of = resource(request.getUrn());
      const olds = {
        id: request.getId(),
        inputs: fromStruct(request.getOldInputs()),
        outputs: fromStruct(request.getOlds()),
      };
      if (request.getPreview()) {
        response.setProperties(toStruct(of.preview(news, olds.outputs)));
        return response;
      }
      const updated = await guarded(async () => {
        const found = await of.read(olds.id, olds.inputs, olds.outputs);
        return of.update({ ...olds, inputs: found?.inputs ?? olds.inputs }, news, signal(request.getTimeout()));
      });
      response.setProperties(toStruct(updated));
      return response;
    }),
    delete: unary(async (request: InstanceType<typeof messages.DeleteRequest>) => {
      await guarded(() =>
        resource(request.getUrn()).delete(
          {
            id: request.getId(),
            inputs: fromStruct(request.getOldInputs()),
            outputs: fromStruct(request.getProperties()),
          },
          signal(request.getTimeout()),
        ),
      );
      return new empty.Empty();
    }),
    cancel: unary(() => {
      cancellation.abort(new Error("the update was cancelled"));
      return new empty.Empty();
    }),
  };
}

function checked(news: Properties, check: (news: Properties) => readonly Problem[]) {
  const response = new messages.CheckResponse();
  response.setInputs(toStruct(news));
  response.setFailuresList(
    check(news).map(({ property, reason }) => {
      const failure = new messages.CheckFailure();
      failure.setProperty(property);
      failure.setReason(reason);
      return failure;
    }),
  );
  return response;
}

function differences(found: readonly Difference[], deleteBeforeReplace = false) {
  const response = new messages.DiffResponse();
  const { DIFF_SOME, DIFF_NONE } = messages.DiffResponse.DiffChanges;
  response.setChanges(found.length > 0 ? DIFF_SOME : DIFF_NONE);
  response.setDiffsList(found.map(({ property }) => property));
  const replaces = found.filter(({ replace }) => replace).map(({ property }) => property);
  response.setReplacesList(replaces);
  response.setDeletebeforereplace(replaces.length > 0 && deleteBeforeReplace);
  response.setHasdetaileddiff(true);
  const { Kind } = messages.PropertyDiff;
  const kinds = {
    add: [Kind.ADD, Kind.ADD_REPLACE],
    update: [Kind.UPDATE, Kind.UPDATE_REPLACE],
    delete: [Kind.DELETE, Kind.DELETE_REPLACE],
  } as const;
  for (const { property, kind, replace } of found) {
    const entry = new messages.PropertyDiff();
    entry.setKind(kinds[kind][replace ? 1 : 0]);
    entry.setInputdiff(true);
    response.getDetaileddiffMap().set(property, entry);
  }
  return response;
}

/** Turns a resource's own errors into what the engine records: above all, that something exists though it is not ready. */
async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof HalfDone) throw halfDone(error);
    if (error instanceof ResourceError) throw new CallError(grpc.status.FAILED_PRECONDITION, error.message);
    throw error;
  }
}

function halfDone({ state, message }: HalfDone): CallError {
  const detail = new messages.ErrorResourceInitFailed();
  detail.setId(state.id);
  detail.setProperties(toStruct(state.outputs));
  if (state.inputs) detail.setInputs(toStruct(state.inputs));
  detail.setReasonsList([message]);
  const packed = new any.Any();
  packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const response = new status.Status();
  response.setCode(grpc.status.UNKNOWN);
  response.setMessage(message);
  response.addDetails(packed);
  const metadata = new grpc.Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(response.serializeBinary()));
  return new CallError(grpc.status.UNKNOWN, message, metadata);
}
