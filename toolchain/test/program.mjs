// The program of the suite: resources as a test wrote them down, in the words of the SDK.
import { readFileSync } from "node:fs";
import { Container, Network, Volume } from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

const classes = { Container, Network, Volume };
const made = {};

/** `{ $secret }` and `{ $output: "<resource>.<property>" }` stand for what JSON cannot say. */
function revive(value) {
  if (Array.isArray(value)) return value.map(revive);
  if (typeof value !== "object" || value === null) return value;
  if ("$secret" in value) return pulumi.secret(value.$secret);
  if ("$output" in value) {
    const [name, property] = value.$output.split(".");
    return made[name][property];
  }
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, revive(member)]));
}

for (const { type, name, args, options = {} } of JSON.parse(readFileSync("resources.json", "utf8"))) {
  const dependsOn = (options.dependsOn ?? []).map((other) => made[other]);
  made[name] = new classes[type](name, revive(args), { ...options, dependsOn });
}
