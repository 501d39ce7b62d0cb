import * as grpc from "@grpc/grpc-js";
import { releaseDeadLocks } from "./locks.ts";

/** A server's methods by their names in the protocol. */
export type Methods = Readonly<Record<string, grpc.UntypedHandleCall>>;

/** Uploads and logs of a whole stack in one message: the engine's own limit is 400 MiB too. */
const messageBytes = 400 * 1024 * 1024;

/** Lets a unary method be an async function; what it throws becomes the call's error. */
export function unary<Request, Response>(
  method: (request: Request) => Promise<Response> | Response,
): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    Promise.resolve()
      .then(() => method(call.request))
      .then(
        (response) => callback(null, response),
        (error: unknown) => callback(asServiceError(error)),
      );
  };
}

/** An error with the code and details that the engine is to see. */
export class CallError extends Error {
  readonly code: grpc.status;
  readonly metadata: grpc.Metadata | undefined;

  constructor(code: grpc.status, message: string, metadata?: grpc.Metadata) {
    super(message);
    this.code = code;
    this.metadata = metadata;
  }
}

function asServiceError(error: unknown): Partial<grpc.StatusObject> {
  if (error instanceof CallError) {
    return { code: error.code, details: error.message, ...(error.metadata ? { metadata: error.metadata } : {}) };
  }
  // A bug of ours: its stack says where.
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: grpc.status.UNKNOWN, details: text };
}

/**
 * Serves a plug-in to the engine that started this process: listens on a free port of the loopback address and prints it
 * as the first line. Ends when the engine is gone, also when it was killed: what a plug-in without an engine still does
 * would be recorded nowhere. The killed engine's lock goes with it.
 */
export async function serve(service: grpc.ServiceDefinition, methods: Methods): Promise<void> {
  const server = new grpc.Server({
    "grpc.max_receive_message_length": messageBytes,
    "grpc.max_send_message_length": messageBytes,
  });
  server.addService(service, methods as grpc.UntypedServiceImplementation);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  const engine = process.ppid;
  setInterval(() => {
    if (process.ppid === engine) return;
    releaseDeadLocks(process.env["PULUMI_BACKEND_URL"]);
    process.exit(1);
  }, 200).unref();
  // The engine ends its plug-ins with SIGINT and waits five seconds for each to obey. A Ctrl-C of the user does not come
  // here (the engine gives plug-ins a process group of their own) but as the protocol's Cancel.
  process.on("SIGINT", () => process.exit(0));
  process.stdout.write(`${port}\n`);
}
