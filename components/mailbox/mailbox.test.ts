import { describe, expect, it } from "vitest";
import { mailboxConfig, sharedId } from "./config.ts";
import { dovecotConf } from "./dovecot.ts";
import { mailboxPorts, mailboxWorkload, secretsConf, sharedResources } from "./workloads.ts";

const place = {
  hostName: "mail.kommune.example",
  submission: "mail:2526",
  maxMessageMiB: 50,
  directory: { url: "ldaps://directory:1636", bindDn: "cn=mailbox,ou=services,dc=planb", suffix: "dc=planb" },
};
const shared = { address: "Boer.nehave@kommune.example", name: "Børnehave", readers: ["G-Børn og Unge"] };

describe("the mailboxes' configuration", () => {
  it("keeps secrets out of what anybody may read", () => {
    const secrets = { directoryPassword: "directory-secret", apiKey: "api-secret", accessToken: "access-secret" };
    const files = {
      caPem: "ca",
      certPem: "cert",
      keyPem: "key",
      secretsConf: secretsConf(secrets),
      accessToken: "access-secret",
    };
    const workload = mailboxWorkload(mailboxConfig.parse({}), place, files);
    for (const secret of Object.values(secrets)) {
      expect(JSON.stringify({ ...workload, secretFiles: {} })).not.toContain(secret);
      expect(JSON.stringify(workload.secretFiles)).toContain(secret);
    }
    expect(workload).toMatchObject({ user: 1010, reachableFrom: ["mail", "groupware", "steward"] });
  });

  it("names what a shared mailbox is kept under, and refuses two under one name", () => {
    expect(sharedId({ address: shared.address })).toBe("boer-nehave-kommune-example");
    expect(sharedId({ address: shared.address, id: "gammel" })).toBe("gammel");
    expect(mailboxConfig.safeParse({ shared: [{ ...shared, address: "bør@kommune.example" }] }).success).toBe(false);
    const twice = mailboxConfig.safeParse({ shared: [shared, { ...shared, name: "Anden" }] });
    expect(twice.error?.issues[0]?.message).toContain("give one of them an id");
    const sameName = mailboxConfig.safeParse({ shared: [shared, { ...shared, address: "x@kommune.example" }] });
    expect(sameName.error?.issues[0]?.message).toContain("could not tell them apart");
  });

  it("hands shared mailboxes to the steward with groups by name", () => {
    expect(sharedResources(mailboxConfig.parse({ shared: [shared] }))).toEqual({
      resources: [
        {
          id: "boer-nehave-kommune-example",
          kind: "sharedMailbox",
          displayName: "Børnehave",
          mail: shared.address,
          aliases: [],
          readers: ["G-Børn og Unge"],
          senders: [],
        },
      ],
    });
  });

  it("takes nothing of a name for configuration", () => {
    expect(mailboxConfig.safeParse({ shared: [{ ...shared, name: 'x" }\nlog_debug = *' }] }).success).toBe(false);
    const config = mailboxConfig.parse({ shared: [{ ...shared, name: "Ole & Søn's, {1}" }], trashDays: 0 });
    const conf = dovecotConf({ config, ports: mailboxPorts, ...place });
    expect(conf).toContain(`prefix = "Delt/Ole & Søn's, {1}/"`);
    expect(conf).not.toContain("autoexpunge = 0");
  });
});
