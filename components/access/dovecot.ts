import { readFileSync } from "node:fs";
import { join } from "node:path";
import { accessName, accessPort, accessUrl } from "./workloads.ts";

/** The question that a Dovecot asks about a password, in Lua: `access.lua` of its workload's files. */
export const accessLua: string = readFileSync(join(import.meta.dirname, "access.lua"), "utf8");

/**
 * How a Dovecot lets people in: passwords and app passwords by the access service's word, tokens by its introspection.
 * Belongs beside `access.lua` and `secrets/access-token` in `/config`. Pure.
 */
export const dovecotAccess = `
# Logins may hold any letter; whom they name is the access service's to say.
auth_username_chars =
auth_username_format = %{user | lower}
auth_mechanisms = plain login xoauth2 oauthbearer
auth_cache_size = 0
auth_verbose = yes
passdb lua {
  # A token is its own proof. Without this line Dovecot looks its owner up here too, by a function that does not exist.
  mechanisms_filter = plain login
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
`;

/**
 * What is secret of {@link dovecotAccess}: the proof of who asks about tokens. Dovecot knows no other way to show it than HTTP
 * Basic in the address. Pure.
 *
 * @param client name of the workload that asks
 */
export const dovecotAccessSecret = (client: string, accessToken: string): string => `oauth2 {
  introspection_url = https://${client}:${accessToken}@${accessName}:${accessPort}/introspect
}
`;
