import { execa } from "execa";
import { beforeAll, describe, expect, it } from "vitest";
import { Clerk, words } from "./support/clerk.ts";
import { openRunning, type RunningStack } from "./support/demo.ts";

/** How a client begins TLS at each published port; `http` is plain and leads on to HTTPS. */
const doors: Readonly<Record<number, "tls" | "smtp" | "sieve" | "http">> = {
  18080: "http",
  18443: "tls",
  18025: "smtp",
  18465: "tls",
  18587: "smtp",
  18190: "sieve",
  18993: "tls",
};

describe("the doors of the running stack", () => {
  let stack: RunningStack;
  beforeAll(async () => {
    stack = await openRunning();
  });

  /** What OpenSSL's client tells of a handshake in one version, however weak a cipher. */
  const handshake = async (port: number, start: string, version: string): Promise<string> => {
    const begin = start === "tls" ? [] : ["-starttls", start];
    const args = ["-connect", `${stack.context.address}:${port}`, ...begin, version, "-brief"];
    const all = ["s_client", ...args, "-cipher", "DEFAULT@SECLEVEL=0"];
    const { stderr } = await execa("openssl", all, { input: "", reject: false, timeout: 20_000 });
    return stderr;
  };

  it("speak TLS 1.2 or newer at every published port", async () => {
    const published = (await stack.engine.all()).flatMap(({ Ports }) => Ports.flatMap((p) => p.PublicPort ?? []));
    expect(published.sort()).toEqual(Object.keys(doors).map(Number).sort());
    for (const [port, start] of Object.entries(doors)) {
      if (start === "http") continue;
      for (const old of ["-tls1", "-tls1_1"])
        expect(await handshake(Number(port), start, old), port).toMatch(/alert protocol version/);
      expect(await handshake(Number(port), start, "-tls1_2"), port).toContain("Protocol version: TLSv1.2");
      expect(await handshake(Number(port), start, "-tls1_3"), port).toContain("Protocol version: TLSv1.3");
    }
  });

  it("open to no password that engines and their packages come with", async () => {
    const inside = async (workload: string, script: string) => {
      const { stdout, stderr } = await stack.engine.exec(workload, ["bash", "-c", script]);
      return stdout + stderr;
    };
    const master = "https://sso:8443/realms/master/protocol/openid-connect/token";
    for (const pair of ["admin admin", "admin password", "keycloak keycloak", "temp-admin admin"]) {
      const [user, password] = pair.split(" ");
      const form = `-d grant_type=password -d client_id=admin-cli -d username=${user} -d password=${password}`;
      const asked = await inside("steward", `curl -sS --cacert /config/ca.pem ${master} ${form}`);
      expect(asked, pair).toContain('"error":"invalid_grant"');
    }
    for (const user of ["postgres", "keycloak", "groupware", "lists", "sogo", "mailman"]) {
      const where = `host=$(hostname -i | cut -d' ' -f1) user=${user} dbname=${user} sslmode=require`;
      const asked = await inside("database", `PGPASSWORD=${user} psql "${where}" -c 'select 1'`);
      expect(asked, user).toMatch(/password authentication failed/);
    }
    const ldap = "LDAPTLS_CACERT=/config/ca.pem ldapwhoami -x -H ldaps://directory:1636";
    for (const who of ["cn=admin,dc=planb -w admin", "cn=Manager,dc=planb -w secret", "cn=config -w config"])
      expect(await inside("directory", `${ldap} -D ${who}`), who).toContain("Invalid credentials (49)");
    expect(await inside("directory", ldap)).toContain("authentication required");
    const rest = "curl -sS -u restadmin:restpass http://127.0.0.1:8001/3.1/system/versions";
    expect(await inside("lists", rest)).toContain("401 Unauthorized");
    for (const user of ["admin", "administrator", "root"]) {
      const clerk = new Clerk(stack, user, user);
      expect(words((await clerk.sendPassword()).page), user).toMatch(/er forkert/);
      await clerk.leave();
    }
  });
});
