import { serveProvider } from "../plugin/provider.ts";
import { dockerPlugin } from "./plugin.ts";

void serveProvider(dockerPlugin());
