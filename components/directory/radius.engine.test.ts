import Docker from "dockerode";
import { pack } from "tar-stream";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { buildImages } from "../../images/index.ts";
import { authority } from "../../model/index.ts";
import { logText, runInside } from "../../platform/docker/inside.ts";
import { removeThings } from "../../platform/docker/operate.ts";
import { TestStack } from "../../test/contract/engine.ts";
import { buildUponBase } from "../../test/contract/upon-base.ts";
import { demoPassword, stopAd } from "../../test/fixtures/existing-ad/index.ts";
import { suffix, systemDn } from "./slapd.ts";
import { DirectoryWorld, hostName, testMaster, testPassword, testPort } from "./testing.ts";

const docker = new Docker();
const image = "planb-test-radius:2";
const name = "planb-test-radius-radius";
const port = 18_712;
/** The name in FreeRADIUS' certificate, which a device is set up to ask for. */
const radiusName = "radius.test.localhost";

/** Looks a person up, and has the shadow directory try the password. */
const asksDirectory = `authorize {
    ldap
    if ((ok || updated) && User-Password) {
      update control {
        Auth-Type := LDAP
      }
    }
  }`;

/** FreeRADIUS with nothing but what the README says, and a log without the words of Debian's whole configuration. */
const radiusdConf = `libdir = /usr/lib/freeradius
run_dir = /tmp
pidfile = /tmp/radiusd.pid
log {
  destination = stdout
  auth = yes
}
client accesspoint {
  ipaddr = 127.0.0.1
  secret = accesspoint-secret
}
modules {
  ldap {
    server = 'ldaps://${hostName}:${testPort}'
    identity = '${systemDn("wifi")}'
    password = '${testPassword("wifi")}'
    base_dn = 'ou=people,${suffix}'
    user {
      base_dn = "\${..base_dn}"
      filter = "(uid=%{User-Name})"
    }
    tls {
      ca_file = /etc/planb/ca.pem
      require_cert = demand
    }
    pool {
      start = 0
    }
  }
  eap {
    default_eap_type = ttls
    tls-config tls-common {
      certificate_file = /etc/planb/cert.pem
      private_key_file = /etc/planb/key.pem
      ca_file = /etc/planb/ca.pem
      tls_min_version = "1.2"
      tls_max_version = "1.3"
    }
    ttls {
      tls = tls-common
      virtual_server = inner-tunnel
    }
  }
}
server default {
  listen {
    type = auth
    ipaddr = 127.0.0.1
    port = ${port}
  }
  ${asksDirectory.replace("authorize {", "authorize {\n    eap {\n      ok = return\n    }")}
  authenticate {
    Auth-Type LDAP {
      ldap
    }
    eap
  }
}
server inner-tunnel {
  ${asksDirectory}
  authenticate {
    Auth-Type LDAP {
      ldap
    }
  }
}
`;

/** An archive of files, by path. */
const archive = (files: Readonly<Record<string, string>>): NodeJS.ReadableStream => {
  const tar = pack();
  for (const [name, content] of Object.entries(files)) tar.entry({ name, mode: 0o644 }, content);
  tar.finalize();
  return tar as unknown as NodeJS.ReadableStream;
};

describe("FreeRADIUS at the offered LDAPS", () => {
  const world = new DirectoryWorld(new TestStack("radius"));
  let radius: Docker.Container;
  let dn: Record<string, string> = {};

  /** An access point asks about a person by PAP. @returns the kind of the answer */
  const ask = async (login: string, password: string): Promise<string | undefined> => {
    const attributes = `User-Name = "${login}"\nUser-Password = "${password}"\nMessage-Authenticator = 0x00\n`;
    const client = `printf %s "$1" | radclient -x -r 1 -t 10 127.0.0.1:${port} auth accesspoint-secret`;
    const { stdout } = await runInside(radius, ["bash", "-c", client, "ask", attributes]);
    return /Received (\S+) Id/.exec(stdout)?.[1];
  };
  /**
   * A device joins the Wi-Fi by EAP-TTLS with PAP inside, and verifies whom it tells the password.
   *
   * @param server the name it is set up to ask for. Default: the right one
   * @returns SUCCESS or FAILURE
   */
  const join = async (login: string, password: string, server = radiusName): Promise<string | undefined> => {
    const network = `network={
      key_mgmt=WPA-EAP
      eap=TTLS
      anonymous_identity="anonymous"
      identity="${login}"
      password="${password}"
      ca_cert="/etc/planb/ca.pem"
      domain_match="${server}"
      phase2="auth=PAP"
    }`;
    const client = `printf %s "$1" > /tmp/wifi.conf && eapol_test -c /tmp/wifi.conf -a 127.0.0.1 -p ${port} -s accesspoint-secret -t 20`;
    const { stdout } = await runInside(radius, ["bash", "-c", client, "join", network]);
    return stdout.trim().split("\n").at(-1);
  };
  /** How many passwords the shadow directory knows, as the steward counts them. */
  const known = (): Promise<number> =>
    world.asService("steward", async (client) => {
      const filter = "(&(objectClass=planbPerson)(userPassword=*))";
      return (await client.search(`ou=people,${suffix}`, { filter, attributes: ["uid"] })).searchEntries.length;
    });

  beforeAll(async () => {
    await buildImages(() => {}, ["openldap", "existing-ad"]);
    await buildUponBase(image, ["freeradius", "freeradius-ldap", "freeradius-utils", "eapoltest"]);
    await world.startAd();
    await world.startDirectory();
    dn = await world.copy("clerk", "bjørk.ørsted", "kollega", "spaerret", "chef");
    // What a run that was killed left behind.
    await removeThings({ containers: [name] });
    radius = await docker.createContainer({
      name,
      Image: image,
      Cmd: ["freeradius", "-f", "-l", "stdout", "-d", "/etc/planb"],
      // A system of its own outside the stack, that comes by the name and the port that are offered.
      HostConfig: { NetworkMode: "host", ExtraHosts: [`${hostName}:127.0.0.1`] },
    });
    const ca = await authority(testMaster, "ca/1", "Test");
    const { certPem, keyPem } = await ca.issue("radius/tls/1", [radiusName]);
    const files = {
      ...{ "planb/radiusd.conf": radiusdConf, "planb/ca.pem": world.caPem },
      ...{ "planb/cert.pem": certPem, "planb/key.pem": keyPem },
    };
    await radius.putArchive(archive(files), { path: "/etc" });
    await radius.start();
    const listening = async () => expect(await logText(radius, 50)).toContain("Ready to process requests");
    await vi.waitFor(listening, { timeout: 20_000, interval: 250 });
  });
  afterAll(async () => {
    await removeThings({ containers: [name] });
    await world.stack.remove();
  });

  it("rejects a wrong password, an unknown login and whom AD refuses", async () => {
    expect(await ask("clerk", "forkert")).toBe("Access-Reject");
    expect(await ask("ukendt", demoPassword)).toBe("Access-Reject");
    expect(await ask("*", demoPassword)).toBe("Access-Reject");
    expect(await ask("spaerret", demoPassword)).toBe("Access-Reject");
    expect(await known()).toBe(0);
  });

  it("is offered over TLS 1.2 or newer alone", async () => {
    const handshake = async (version: string): Promise<string> => {
      const command = `openssl s_client -connect ${hostName}:${testPort} -brief -cipher DEFAULT@SECLEVEL=0 ${version} < /dev/null`;
      return (await runInside(radius, ["bash", "-c", command])).stderr;
    };
    for (const old of ["-tls1", "-tls1_1"]) expect(await handshake(old)).toMatch(/alert protocol version/);
    expect(await handshake("-tls1_2")).toContain("Protocol version: TLSv1.2");
  });

  it("accepts the right one, and the shadow directory has learnt it", async () => {
    expect(await ask("clerk", demoPassword)).toBe("Access-Accept");
    expect(await known()).toBe(1);
    expect(await ask("bjørk.ørsted", demoPassword)).toBe("Access-Accept");
    expect(await known()).toBe(2);
    expect(await world.stored(dn["clerk"] ?? "", "userPassword")).toEqual([expect.stringContaining("$argon2id$")]);
  });

  it("lets a device into the Wi-Fi by EAP-TTLS, and learns the password there too", async () => {
    expect(await join("kollega", "forkert")).toBe("FAILURE");
    expect(await join("spaerret", demoPassword)).toBe("FAILURE");
    expect(await join("kollega", demoPassword, "other.test.localhost")).toBe("FAILURE");
    expect(await known()).toBe(2);
    expect(await join("kollega", demoPassword)).toBe("SUCCESS");
    expect(await known()).toBe(3);
    expect(await join("bjørk.ørsted", demoPassword)).toBe("SUCCESS");
  });

  it("goes on for those when AD is off", async () => {
    await stopAd(world.ad);
    expect(await join("clerk", demoPassword)).toBe("SUCCESS");
    expect(await join("bjørk.ørsted", demoPassword)).toBe("SUCCESS");
    expect(await join("clerk", "forkert")).toBe("FAILURE");
    expect(await join("ukendt", demoPassword)).toBe("FAILURE");
    expect(await ask("clerk", demoPassword)).toBe("Access-Accept");
    expect(await ask("bjørk.ørsted", demoPassword)).toBe("Access-Accept");
    expect(await ask("clerk", "forkert")).toBe("Access-Reject");
    expect(await ask("chef", demoPassword)).toBe("Access-Reject");
  });
});
