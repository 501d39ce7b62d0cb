import { type ListSettings, type ListsSettings, listAddress, listId } from "../settings.ts";
import type { FormValue, Mailman } from "./rest.ts";

/** A list's settings in Mailman's words; what is not named keeps Mailman's default. Pure. */
export function mailmanConfig(list: ListSettings): Readonly<Record<string, FormValue>> {
  return {
    display_name: list.title,
    description: list.description,
    preferred_language: "da",
    subject_prefix: `[${list.title}] `,
    advertised: false,
    archive_policy: list.archive === "none" ? "never" : "private",
    // From names the list, so the list's own signature holds. All senders are named here too, for then Mailman does not
    // ask the DNS about each one's domain, which it would wait for.
    dmarc_mitigate_action: "munge_from",
    dmarc_mitigate_unconditionally: true,
    dmarc_addresses: "^.",
    default_member_action: list.kind === "announcement" ? "hold" : "defer",
    default_nonmember_action: "hold",
    // Of open lists, who confirms from an address of the house is let in by planb_posting.py; a moderator decides on others.
    subscription_policy: list.kind === "closed" ? "moderate" : "confirm_then_moderate",
    unsubscription_policy: list.mayLeave ? "confirm" : "moderate",
    reply_goes_to_list: list.replies === "list" ? "point_to_list" : "no_munging",
    max_message_size: list.maxMessageKiB,
    max_num_recipients: 0,
    require_explicit_destination: false,
    include_rfc2369_headers: true,
    process_bounces: true,
    // A day with a refusal counts once. By Mailman's own values (5 days, forgotten after 7) a list that is written to
    // once a week would send to a dead address for ever.
    bounce_score_threshold: 3,
    bounce_info_stale_after: "90d",
    bounce_notify_owner_on_disable: true,
    bounce_notify_owner_on_removal: true,
    admin_immed_notify: !list.hidden,
    send_welcome_message: true,
    send_goodbye_message: true,
    member_roster_visibility: "moderators",
    digests_enabled: list.digest,
    // 0: however much has gathered, it waits for the day's hour.
    digest_size_threshold: 0,
    digest_send_periodic: list.digest,
  };
}

/** The part of the wanted settings that differs from what Mailman has. Pure. */
export function changes(
  wanted: Readonly<Record<string, FormValue>>,
  found: Readonly<Record<string, unknown>>,
): Readonly<Record<string, FormValue>> {
  return Object.fromEntries(Object.entries(wanted).filter(([key, value]) => String(found[key]) !== String(value)));
}

/**
 * Makes the domain and the lists, and brings their settings in line. Lists that are no longer declared are left: their
 * members stay, though no mail reaches them.
 *
 * @returns names of the lists that were made now
 */
export async function convergeLists(mailman: Mailman, settings: ListsSettings): Promise<readonly string[]> {
  const { domain } = settings;
  if (!(await mailman.find(`/domains/${domain}`))) await mailman.call("POST", "/domains", { mail_host: domain });
  const made: string[] = [];
  for (const list of settings.lists) {
    const path = `/lists/${listId(settings, list.name)}`;
    if (!(await mailman.find(path))) {
      const fqdn = listAddress(settings, list.name);
      await mailman.call("POST", "/lists", { fqdn_listname: fqdn, style_name: "private-default" });
      made.push(list.name);
    }
    const found = (await mailman.call("GET", `${path}/config`)) as Record<string, unknown>;
    const change = changes(mailmanConfig(list), found);
    if (Object.keys(change).length > 0) await mailman.call("PATCH", `${path}/config`, change);
  }
  return made;
}
