import type { Workload } from "../../../model/index.ts";
import { outsideCf, outsideMaster } from "./world.ts";

/** Public name of the test's smarthost. */
export const smarthostName = "ud.outside.example";

const saslConf = `dovecot_config_version = 2.4.1
dovecot_storage_version = 2.4.1
base_dir = /run/auth
state_dir = /run/auth
log_path = /dev/stderr
protocols =
default_internal_user = auth
default_internal_group = root
default_login_user = auth
first_valid_uid = 1017
ssl = no
auth_mechanisms = plain login
auth_allow_cleartext = yes
passdb passwd-file {
  passwd_file_path = /config/secrets/users
}
userdb static {
}
service auth {
  user = auth
  chroot =
  unix_listener postfix {
    mode = 0666
  }
  unix_listener auth-master {
    mode = 0
  }
}
service stats {
  unix_listener stats-writer {
    mode = 0600
  }
}
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
`;
const door = (port: number, ...options: string[]) =>
  [
    `${port} inet n - n - - smtpd`,
    ...["smtpd_sasl_auth_enable=yes", "smtpd_sasl_type=dovecot", "smtpd_sasl_path=unix:/run/auth/postfix"],
    ...["smtpd_relay_restrictions=permit_sasl_authenticated,reject", ...options],
  ].join("\n  -o ");

/** A Postfix of somebody else's that takes mail after a login over TLS, on 587 and 465, and keeps it. */
export const smarthostWorkload = (
  leaf: { readonly certPem: string; readonly keyPem: string },
  login: { readonly user: string; readonly password: string },
): Workload => ({
  name: "smarthost",
  image: "postfix",
  files: {
    "postfix/main.cf": outsideCf,
    "postfix/master.cf": `${door(587, "smtpd_tls_security_level=encrypt")}\n${door(465, "smtpd_tls_wrappermode=yes")}\n${outsideMaster}`,
    "sasl.conf": saslConf,
    "tls/cert.pem": leaf.certPem,
  },
  secretFiles: { "tls/key.pem": leaf.keyPem, "secrets/users": `${login.user}:{PLAIN}${login.password}\n` },
  publicNames: [smarthostName],
  ready: { tcp: 587 },
  ...{ memoryMiB: 128, cpu: 1, user: 0, reachableFrom: ["mail"], writablePaths: ["/run/auth", "/tmp"] },
  capabilities: ["CHOWN", "DAC_OVERRIDE", "KILL", "SETGID", "SETUID", "SETPCAP"],
  volumes: [{ name: "queue", path: "/data", sizeGiB: 1, backup: { none: "a test" } }],
  ports: [
    { name: "submission", port: 587 },
    { name: "submissions", port: 465 },
  ],
});

/** How its container starts. */
export const smarthostEntry = [
  ...["bash", "-c"],
  "mkdir -p /data/spool; setpriv --reuid=1017 --regid=0 --clear-groups -- dovecot -F -c /config/sasl.conf & exec postfix start-fg",
];
