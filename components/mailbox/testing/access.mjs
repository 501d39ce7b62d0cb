// The access service's two questions of a mail server, answered from a table: for a test that needs no Keycloak and no AD.
import { readFileSync } from "node:fs";
import { createServer } from "node:https";

const people = JSON.parse(readFileSync("/config/people.json", "utf8"));
const token = readFileSync("/config/secrets/token", "utf8").trim();
const tls = { cert: readFileSync("/config/tls/cert.pem"), key: readFileSync("/config/tls/key.pem") };
const allowed = (header = "") =>
  header === `Bearer ${token}` || header === `Basic ${Buffer.from(`mailbox:${token}`).toString("base64")}`;

function verify({ login, password, protocol }) {
  const person = people.find(({ logins }) => logins.includes(login));
  if (login === "bremset") return [429, { retryAfterSeconds: 60 }];
  if (!person || person.password !== password || !["imap", "sieve"].includes(protocol))
    return [401, { reason: "wrong" }];
  if (person.closed) return [401, { reason: "closed" }];
  const { guid, mail } = person;
  return [200, { guid, uid: person.logins[0], mail, name: "", groups: [], appPassword: null }];
}

function introspect(form) {
  const person = people.find(({ accessToken }) => accessToken === new URLSearchParams(form).get("token"));
  if (!person || person.closed) return [200, { active: false }];
  const exp = Math.floor(Date.now() / 1000) + 60;
  return [200, { active: true, guid: person.guid, email: person.mail, scope: "mail", azp: "groupware", exp }];
}

createServer(tls, async (request, response) => {
  let body = "";
  for await (const chunk of request) body += chunk;
  const [status, answer] = !allowed(request.headers.authorization)
    ? [403, {}]
    : request.url === "/verify"
      ? verify(JSON.parse(body))
      : request.url === "/introspect"
        ? introspect(body)
        : [404, {}];
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
}).listen(8443);
