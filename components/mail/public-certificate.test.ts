import { expect, it } from "vitest";
import { mailSettings } from "./config.ts";
import { type MailFiles, mailWorkload } from "./workloads.ts";

const args = {
  settings: mailSettings.parse({ domains: ["kommune.example"] }),
  hostName: "mail.x.example",
  mailbox: { workload: "mailbox", port: 2424 },
};
const files: MailFiles = {
  ...{
    caPem: "CA",
    certPem: "CERT",
    keyPem: "KEY",
    ldap: {},
    programs: "",
    accessToken: "t",
    authConf: "",
    srsSecret: "s",
  },
};
const own = { certPem: "OWN", keyPem: "OWN KEY" };

it("shows the municipality's own certificate to other servers, and to them alone", () => {
  const workload = mailWorkload(args, { ...files, publicCertificate: own });
  const [mx = "", ...others] = String(workload.files?.["postfix/master.cf"])
    .split(/\n(?=\d+ inet)/)
    .slice(1);
  expect(mx).toContain(
    "smtpd_tls_cert_file=/config/tls/public.pem\n  -o smtpd_tls_key_file=/config/tls/public-key.pem\n",
  );
  expect(others.join("")).not.toContain("public.pem");
  expect(workload.files?.["tls/public.pem"]).toBe("OWN");
  expect(workload.secretFiles?.["tls/public-key.pem"]).toBe("OWN KEY");
  expect(JSON.stringify(workload.files)).not.toContain("OWN KEY");
});

it("shows them the stack's where there is none", () => {
  expect(JSON.stringify(mailWorkload(args, files))).not.toContain("tls/public");
});
