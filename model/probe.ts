/**
 * What a user could do, tried from outside: plain data, kept in the stack's outputs and run by `probes/`.
 * Never holds a secret; where a runner needs one, it names it.
 */
export type Probe =
  | HttpProbe
  | OidcLoginProbe
  | LdapProbe
  | ImapProbe
  | BookingProbe
  | FilesProbe
  | MailProbe
  | ListProbe;

interface ProbeBase {
  /** Unique in the stack, e.g. "portal-page". */
  readonly name: string;
  /** The service the result counts for, e.g. "portal". */
  readonly service: string;
  /** What a user would call it, in English and Danish. */
  readonly title: { readonly en: string; readonly da: string };
  /** Longest time allowed, in ms. Default: 10 000. */
  readonly timeoutMs?: number;
  /** Shortest time between two successes when the steward tries it, in seconds. Default: each of its rounds. */
  readonly everySeconds?: number;
}

/** A page that must answer. TLS is always verified against the stack's CA. */
export interface HttpProbe extends ProbeBase {
  readonly kind: "http";
  readonly url: string;
  /** Default: 200. */
  readonly status?: number;
  /** Text the body must contain. Default: any body. */
  readonly contains?: string;
}

/** A whole login through the browser's pages: user name, password, second factor, back at the page asked for. */
export interface OidcLoginProbe extends ProbeBase {
  readonly kind: "login";
  /** The page behind the login. */
  readonly url: string;
  readonly username: string;
  /** Name of the secret with the account's password, see `StackOutputs.secrets`. */
  readonly passwordSecret: string;
  /** Name of the secret with the account's TOTP seed (base32). */
  readonly totpSecret: string;
  /** Text the page must contain after the login. */
  readonly contains: string;
}

/** A bind and a search over LDAPS. */
export interface LdapProbe extends ProbeBase {
  readonly kind: "ldap";
  /** `ldaps://host:port`. */
  readonly url: string;
  readonly bindDn: string;
  /** Name of the secret with the bind password. */
  readonly passwordSecret: string;
  readonly baseDn: string;
  /** Search filter that must return at least one entry. */
  readonly filter: string;
}

/** A login over IMAP, and the inbox opened. */
export interface ImapProbe extends ProbeBase {
  readonly kind: "imap";
  /** `imaps://host:port`. */
  readonly url: string;
  readonly username: string;
  /** Name of the secret with the account's app password. */
  readonly passwordSecret: string;
}

/** A letter sent as another server does and one as a mail program does, both read over IMAP and deleted. */
export interface MailProbe extends ProbeBase {
  readonly kind: "mail";
  /** Where other servers deliver: `smtp://host:port`, with STARTTLS. */
  readonly url: string;
  /** Where mail programs send: `smtps://host:port`. */
  readonly submissionUrl: string;
  /** Where they read: `imaps://host:port`. */
  readonly imapUrl: string;
  /** Mail address of the account, to which both letters go. */
  readonly username: string;
  /** Name of the secret with the account's app password. */
  readonly passwordSecret: string;
}

/** A letter to a mailing list whose only member is the account, read over IMAP and deleted. */
export interface ListProbe extends ProbeBase {
  readonly kind: "list";
  /** Where mail programs send: `smtps://host:port`. */
  readonly url: string;
  /** Where they read: `imaps://host:port`. */
  readonly imapUrl: string;
  /** Address of the list. */
  readonly list: string;
  /** Mail address of the account. */
  readonly username: string;
  /** Name of the secret with the account's app password. */
  readonly passwordSecret: string;
}

/** A room booked as a calendar program does, a second booking of the same time refused, both taken away again. */
export interface BookingProbe extends ProbeBase {
  readonly kind: "booking";
  /** Where calendar programs come in, e.g. `https://kalender.kommune.dk/SOGo/dav/`. */
  readonly url: string;
  readonly username: string;
  /** Name of the secret with the account's app password. */
  readonly passwordSecret: string;
  /** Mail address of the account, which calls the meeting. */
  readonly mail: string;
  /** Mail address of the room, one that nobody else books. */
  readonly room: string;
}

/** A file stored over WebDAV, shared by a link, fetched and deleted again. */
export interface FilesProbe extends ProbeBase {
  readonly kind: "files";
  /** Folder, without a slash at the end. */
  readonly url: string;
  readonly username: string;
  /** Name of the secret with the account's app password. */
  readonly passwordSecret: string;
}

/** One run of one probe. */
export interface ProbeResult {
  readonly probe: string;
  readonly service: string;
  readonly ok: boolean;
  /** Milliseconds taken. */
  readonly ms: number;
  /** What was seen; on failure the reason, in words an operator can act on. */
  readonly detail: string;
}
