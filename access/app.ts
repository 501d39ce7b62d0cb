import { createHash, timingSafeEqual } from "node:crypto";
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { createMiddleware } from "hono/factory";
import { z } from "zod";
import { appPasswordKinds } from "../model/app-password.ts";
import { addAppPassword, listAppPasswords, mostAppPasswords, removeAppPassword } from "./app-passwords.ts";
import { basicAnswer, readBasic } from "./basic.ts";
import type { Directory } from "./directory.ts";
import { createIntrospector } from "./introspect.ts";
import { createLimiter } from "./limiter.ts";
import { personByGuid, personByLogin } from "./people.ts";
import { type AccessClient, type AccessSettings, accessClients } from "./settings.ts";
import { createVerifier, personKey, type Verdict } from "./verify.ts";

/** What the service is made from. */
export interface AccessAppOptions {
  readonly settings: AccessSettings;
  readonly directory: Directory;
  /** Bearer token of each client. */
  readonly tokens: Readonly<Record<AccessClient, string>>;
  readonly log: (line: string) => void;
}

const address = z.string().max(64).optional();
const login = z.string().max(1024);
const verification = z.object({
  protocol: z.enum(["imap", "smtp", "sieve", "dav"]),
  login,
  password: z.string().max(1024),
  address,
});
const attempt = z.object({ protocol: z.literal("web"), login, address });
const result = attempt.extend({ ok: z.boolean().nullable() });
const wanted = z.object({
  name: z
    .string()
    .trim()
    .min(1)
    .max(64)
    .regex(/^\P{Cc}*$/u),
  protocols: z
    .array(z.enum(appPasswordKinds))
    .min(1)
    .transform((kinds) => [...new Set(kinds)]),
});

type Env = { Variables: { client: AccessClient } };

const digest = (text: string) => createHash("sha256").update(text).digest();

/** The token of an Authorization header; Dovecot can show it only as HTTP Basic's password, after the client's name. */
function tokenIn(header: string): string {
  const [, kind, value = ""] = /^(Bearer|Basic) (\S+)$/.exec(header) ?? [];
  return kind === "Basic"
    ? Buffer.from(value, "base64")
        .toString("utf8")
        .replace(/^[^:]*:/, "")
    : value;
}

/** Knows the client by its bearer token; 401 without one, 403 for a client that has no business here. */
function clientsOnly(tokens: AccessAppOptions["tokens"], allowed: readonly AccessClient[]): MiddlewareHandler<Env> {
  const known = accessClients.map((client) => ({ client, hash: digest(tokens[client]) }));
  return createMiddleware<Env>(async (c, next) => {
    const given = digest(tokenIn(c.req.header("authorization") ?? ""));
    const found = known.filter(({ hash }) => timingSafeEqual(hash, given))[0];
    if (!found) return c.json({ error: "unknown client" }, 401, { "www-authenticate": "Bearer" });
    if (!allowed.includes(found.client)) return c.json({ error: "not for this client" }, 403);
    c.set("client", found.client);
    return next();
  });
}

async function body<T>(c: Context, schema: z.ZodType<T>): Promise<T | Response> {
  const parsed = schema.safeParse(await c.req.json().catch(() => undefined));
  // Names of fields only: what was sent may hold a password.
  return parsed.success
    ? parsed.data
    : c.json(
        { error: "bad request", fields: [...new Set(parsed.error.issues.map(({ path }) => path.join(".")))] },
        400,
      );
}

/** The service: passwords, guesses, tokens and app passwords, for the stack's own programs. */
export function accessApp({ settings, directory, tokens, log }: AccessAppOptions): Hono<Env> {
  const limiter = createLimiter(settings.guessing);
  const onError = (error: unknown) =>
    log(`directory: ${error instanceof Error ? error.message.trim() : String(error)}`);
  const verify = createVerifier({ directory, limiter, secondFactor: settings.secondFactor, onError });
  const introspect = createIntrospector(settings.tokens, directory);
  const app = new Hono<Env>();
  const only = (...allowed: AccessClient[]) => clientsOnly(tokens, allowed);

  app.use(bodyLimit({ maxSize: 16_384, onError: (c) => c.json({ error: "too large" }, 413) }));
  app.onError((error, c) => {
    onError(error);
    return c.json({ error: "not answered just now" }, 503);
  });
  app.notFound((c) => c.json({ error: "not found" }, 404));
  app.get("/health", (c) => c.json({ ok: true }));

  app.post("/verify", only("edge", "mail", "mailbox"), async (c) => {
    const asked = await body(c, verification);
    if (asked instanceof Response) return asked;
    const verdict = await verify(asked);
    const say = describeVerdict(verdict);
    if (say) log(`${c.get("client")}/${asked.protocol} from ${asked.address ?? "?"}: ${say}`);
    return answer(c, verdict);
  });

  // What edge sends for a client with HTTP Basic is a token to mod_auth_openidc: base64 of login and password, "~", address.
  app.post("/basic", only("edge"), async (c) => {
    const { token } = await c.req.parseBody();
    const asked = readBasic(typeof token === "string" ? token : "");
    if (!asked) return c.json({ active: false });
    const verdict = await verify(asked).catch((error: unknown): Verdict => {
      onError(error);
      return { kind: "unchecked" };
    });
    const say = describeVerdict(verdict);
    if (say) log(`edge/${asked.protocol} from ${asked.address ?? "?"}: ${say}`);
    return c.json(basicAnswer(verdict, new Date()));
  });

  app.post("/attempt", only("sso"), async (c) => {
    const asked = await body(c, attempt);
    if (asked instanceof Response) return asked;
    const key = personKey(await personByLogin(directory, asked.login), asked.login);
    const begun = await limiter.begin(key, asked.address);
    const seconds = typeof begun === "number" ? begun : 0;
    if (seconds > 0) log(`sso/web from ${asked.address ?? "?"}: too many guesses, ${seconds} s`);
    return c.json({ allowed: seconds === 0, retryAfterSeconds: seconds });
  });

  app.post("/result", only("sso"), async (c) => {
    const asked = await body(c, result);
    if (asked instanceof Response) return asked;
    const key = personKey(await personByLogin(directory, asked.login), asked.login);
    await limiter.end(key, asked.address, asked.ok);
    return c.body(null, 204);
  });

  app.post("/introspect", only("mailbox", "mail"), async (c) => {
    const { token } = await c.req.parseBody();
    return c.json(typeof token === "string" ? await introspect(token) : { active: false });
  });

  app.use("/people/*", only("portal"));
  app.get("/people/:guid/app-passwords", async (c) => {
    const person = await personByGuid(directory, c.req.param("guid"));
    if (!person) return c.json({ error: "nobody has this guid" }, 404);
    return c.json((await listAppPasswords(directory, person)).map(({ dn: _, ...listed }) => listed));
  });
  app.post("/people/:guid/app-passwords", async (c) => {
    const asked = await body(c, wanted);
    if (asked instanceof Response) return asked;
    const person = await personByGuid(directory, c.req.param("guid"));
    if (!person?.open) return c.json({ error: "nobody who may come in has this guid" }, 404);
    if ((await listAppPasswords(directory, person)).length >= mostAppPasswords)
      return c.json({ error: "too many app passwords", most: mostAppPasswords }, 409);
    const made = await addAppPassword(directory, person, asked.name, asked.protocols);
    log(`app password ${made.id} made for ${person.guid}`);
    return c.json({ id: made.id, password: made.text }, 201);
  });
  app.delete("/people/:guid/app-passwords/:id", async (c) => {
    const { guid, id } = c.req.param();
    const person = /^[0-9a-z]{4}$/.test(id) ? await personByGuid(directory, guid) : undefined;
    const removed = person !== undefined && (await removeAppPassword(directory, person, id));
    if (removed) log(`app password ${id} of ${guid} removed`);
    return removed ? c.body(null, 204) : c.json({ error: "no such app password" }, 404);
  });
  return app;
}

/** A line for the log of what was refused: never the name that was typed, for some type their password there. */
function describeVerdict(verdict: Verdict): string | undefined {
  const who = verdict.kind === "right" ? "" : (verdict.guid ?? "nobody known");
  switch (verdict.kind) {
    case "right":
      return undefined;
    case "refused":
      return `${who} ${verdict.reason}`;
    case "wait":
      return `${who} too many guesses, ${verdict.seconds} s`;
    case "unchecked":
      return `${who} could not be checked`;
  }
}

function answer(c: Context, verdict: Verdict): Response {
  switch (verdict.kind) {
    case "right": {
      const { guid, uid, mail, name, groups } = verdict.person;
      return c.json({ guid, uid, mail, name, groups, appPassword: verdict.appPassword });
    }
    case "refused":
      return c.json({ reason: verdict.reason }, 401);
    case "wait":
      return c.json({ retryAfterSeconds: verdict.seconds }, 429, { "retry-after": String(verdict.seconds) });
    case "unchecked":
      return c.json({ reason: "unchecked" }, 503);
  }
}
