import type * as grpc from "@grpc/grpc-js";
import language from "@pulumi/pulumi/proto/language_grpc_pb.js";
import { serve } from "../plugin/serve.ts";
import { languageMethods } from "./methods.ts";

// The engine's own address is the first argument; the host needs it for running programs.
const engine = process.argv[2];
if (engine === undefined) {
  console.error("pulumi-language-nodejs (planb's own): started by the Pulumi engine, not by hand");
  process.exit(2);
}
void serve(language.LanguageRuntimeService as unknown as grpc.ServiceDefinition, languageMethods(engine));
