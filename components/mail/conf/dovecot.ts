/** The Dovecot beside Postfix: it checks logins and does nothing else. */

import { dovecotAccess } from "../../access/dovecot.ts";

const baseDir = "/run/auth";
const socketName = "postfix";
/** Where Postfix asks. */
export const authSocket = `${baseDir}/${socketName}`;

/** dovecot.conf, without what is secret. Pure. */
export function authConf(): string {
  return `# Made by the program; changes here are lost.
dovecot_config_version = 2.4.1
dovecot_storage_version = 2.4.1
!include /config/secrets/auth.conf
base_dir = ${baseDir}
state_dir = ${baseDir}
log_path = /dev/stderr
protocols =
default_internal_user = auth
default_internal_group = root
default_login_user = auth
first_valid_uid = 1017
ssl = no
ssl_client_ca_file = /config/ca.pem
ssl_client_require_valid_cert = yes
# Postfix says which of them are safe to offer before TLS: none.
auth_allow_cleartext = yes
# The stack's limiter slows guessing down, by person and address.
auth_failure_delay = 1 secs
${dovecotAccess}userdb static {
}
service auth {
  user = auth
  chroot =
  unix_listener ${socketName} {
    mode = 0666
  }
  unix_listener auth-master {
    mode = 0
  }
}
service auth-worker {
  user = auth
  process_limit = 8
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
}
