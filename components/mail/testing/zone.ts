import { generateKeyPairSync } from "node:crypto";
import type { Workload } from "../../../model/index.ts";
import type { TestStack } from "../../../test/contract/engine.ts";
import { buildUponBase } from "../../../test/contract/upon-base.ts";

const image = "planb-test-nsd:1";

/** A key that signs mail: its private part, and its public one as the DNS has it. */
export function signingKey(): { readonly privatePem: string; readonly dns: string } {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return {
    privatePem: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    dns: publicKey.export({ type: "spki", format: "der" }).toString("base64"),
  };
}

/** Records of the strangers' domains: what each says of its mail. */
function zone(key: string): string {
  const dkim = (`v=DKIM1; k=rsa; p=${key}`.match(/.{1,200}/g) ?? []).map((piece) => `"${piece}"`).join(" ");
  const domain = (name: string, spf: string, policy: string) => `${name} IN TXT "v=spf1 ${spf} -all"
${name} IN A 192.0.2.1
${name} IN MX 10 ${name}
s1._domainkey.${name} IN TXT ( ${dkim} )
_dmarc.${name} IN TXT "v=DMARC1; p=${policy}"
`;
  return `$ORIGIN example.
$TTL 60
@ IN SOA ns.example. hostmaster.example. 1 3600 600 86400 60
@ IN NS ns.example.
ns IN A 192.0.2.53
s1._domainkey.kommune IN TXT ( ${dkim} )
${domain("strict", "ip4:192.0.2.1", "reject")}${domain("quarantine", "ip4:192.0.2.1", "quarantine")}${domain("open", "ip4:10.0.0.0/8 ip4:172.16.0.0/12 ip4:192.168.0.0/16", "reject")}`;
}

const conf = `server:
  ip-address: 0.0.0.0@53
  username: ""
  database: ""
  zonesdir: "/config"
  zonelistfile: "/tmp/zone.list"
  xfrdfile: "/tmp/xfrd.state"
  xfrdir: "/tmp"
  pidfile: ""
  server-count: 1
  verbosity: 1
remote-control:
  control-enable: no
zone:
  name: "example"
  zonefile: "example.zone"
`;

/**
 * Runs NSD, an authoritative name server, for `.example`, where the filter reaches it.
 *
 * @param key public part of the strangers' key
 * @returns its address
 */
export async function fixtureDns(stack: TestStack, key: string): Promise<string> {
  await buildUponBase(image, ["nsd"]);
  const workload: Workload = {
    name: "names",
    image: "base",
    command: ["nsd", "-d", "-c", "/config/nsd.conf"],
    files: { "nsd.conf": conf, "example.zone": zone(key) },
    ports: [{ name: "dns", port: 53 }],
    ready: { tcp: 53 },
    ...{ memoryMiB: 128, cpu: 1, user: 1098, writablePaths: ["/tmp"], reachableFrom: ["filter"] },
  };
  await stack.run(workload, { image });
  await stack.ready("names");
  const { NetworkSettings } = await stack.inspect("names");
  const address = Object.values(NetworkSettings.Networks)[0]?.IPAddress;
  if (!address) throw new Error("the name server has no address");
  return address;
}
