/** The Dovecot beside Postfix: it checks logins and does nothing else. */

import { accessName, accessPort, accessUrl } from "../../access/workloads.ts";

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
auth_verbose = yes
auth_cache_size = 0
# Logins may hold any letter; whom they name is the access service's to say.
auth_username_chars =
auth_username_format = %{user | lower}
auth_mechanisms = plain login xoauth2 oauthbearer
# Postfix says which of them are safe to offer before TLS: none.
auth_allow_cleartext = yes
# The stack's limiter slows guessing down, by person and address.
auth_failure_delay = 1 secs
passdb lua {
  lua_file = /config/access.lua
  lua_settings {
    url = ${accessUrl}
    token_file = /config/secrets/access-token
  }
}
oauth2 {
  introspection_mode = post
  force_introspection = yes
  active_attribute = active
  active_value = true
  username_attribute = email
  fields {
    user = %{oauth2:guid}
  }
}
userdb static {
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

/** What is secret of dovecot.conf: the proof of who asks about tokens. Pure. */
export function authSecretConf(accessToken: string): string {
  return `oauth2 {
  introspection_url = https://mail:${accessToken}@${accessName}:${accessPort}/introspect
}
`;
}
