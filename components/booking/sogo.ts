import { serviceDn, suffix } from "../directory/slapd.ts";
import { directoryName, directoryPort } from "../directory/workloads.ts";
import { ssoName, ssoPort } from "../sso/workloads.ts";

/** What SOGo's configuration differs in between stacks. */
export interface SogoSettings {
  readonly language: "da" | "en";
  /** Origin of the calendar's pages, e.g. "https://kalender.kommune.dk". */
  readonly origin: string;
  readonly municipality: string;
  /** First mail domain; people without one keep only a calendar. */
  readonly mailDomain: string;
  /** Whether the stack has mailboxes of its own; without them there is no web mail. */
  readonly webmail: boolean;
  readonly database: { readonly host: string; readonly port: number; readonly name: string; readonly user: string };
}

/** Secrets of SOGo's configuration. */
export interface SogoSecrets {
  readonly directoryPassword: string;
  readonly clientSecret: string;
}

/**
 * Where the container's programs find each other. SOGo fetches addresses that people give it, so that none of these is
 * one a URL can name: sockets in the file system, and for SOGo's twin, which knows only ports, an address of the loopback
 * network that the image's start draws anew each time and writes down for the web server.
 */
export const inner = {
  web: "http://127.0.0.1:20000",
  keeper: "unix:/run/sogo/keeper.sock|http://keeper",
  dav: `http://\${twin}`,
  addresses: "/run/sogo/addresses.conf",
} as const;

/** Where SOGo learns of the login: Keycloak tells who comes from inside to ask inside, and browsers the public name. */
const openIdConfig = `https://${ssoName}:${ssoPort}/realms/planb/.well-known/openid-configuration`;

/** How the twin's invitations reach the mail service: as a program of the stack, by this container's certificate. */
export const stunnelConf = `foreground = yes
pid =
debug = warning
[programs]
client = yes
# The image's start puts its own address here.
accept = 127.0.0.1:2526
connect = mail:2526
delay = yes
protocol = smtp
verifyChain = yes
checkHost = mail
CAfile = /config/ca.pem
cert = /config/tls/cert.pem
key = /config/tls/key.pem
sslVersionMin = TLSv1.2
`;

/** A string of a property list. */
const text = (value: string): string => `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;

/** The whole of SOGo's configuration; what its twin for calendar programs does otherwise is in the image's start. */
export function sogoConf(settings: SogoSettings, secrets: SogoSecrets): string {
  const { host, port, name, user } = settings.database;
  // Without the password, which the image's start puts where libpq looks for it: SOGo logs these addresses.
  const url = (table: string) => text(`postgresql://${user}@${host}:${port}/${name}/${table}`);
  const language = settings.language === "da" ? "Danish" : "English";
  // Those who left, or were shut out, are no colleagues one can write to.
  const present = ["ok", "mustChange", "expired", "locked"].map((state) => `planbState = '${state}'`).join(" OR ");
  return `{
  /* rows */
  SOGoProfileURL = ${url("sogo_user_profile")};
  OCSFolderInfoURL = ${url("sogo_folder_info")};
  OCSSessionsFolderURL = ${url("sogo_sessions_folder")};
  OCSEMailAlarmsFolderURL = ${url("sogo_alarms_folder")};
  OCSStoreURL = ${url("sogo_store")};
  OCSAclURL = ${url("sogo_acl")};
  OCSCacheFolderURL = ${url("sogo_cache_folder")};
  OCSAdminURL = ${url("sogo_admin")};
  OCSOpenIdURL = ${url("sogo_openid")};
  SOGoMemcachedHost = "/run/sogo/memcached.sock";

  /* login */
  SOGoAuthenticationType = openid;
  SOGoXSRFValidationEnabled = NO;
  SOGoOpenIdConfigUrl = ${text(openIdConfig)};
  SOGoOpenIdClient = groupware;
  SOGoOpenIdClientSecret = ${text(secrets.clientSecret)};
  SOGoOpenIdScope = openid;
  SOGoOpenIdEmailParam = email;
  SOGoOpenIdEnableRefreshToken = YES;
  /* who is shut out is out within a minute */
  SOGoOpenIdTokenCheckInterval = 50;
  SOGoOpenIdLogoutEnabled = YES;
  SOGoLogoutEnabled = YES;
  SOGoPasswordChangeEnabled = NO;

  /* mail */
  SOGoMailDomain = ${text(settings.mailDomain)};
  SOGoForceExternalLoginWithEmail = YES;
  SOGoIMAPServer = "imaps://mailbox:9993";
  NGImap4AuthMechanism = xoauth2;
  SOGoSieveServer = "sieve://mailbox:4190/?tls=YES";
  SOGoMailingMechanism = smtp;
  SOGoSentFolderName = Sent; SOGoTrashFolderName = Trash; SOGoDraftsFolderName = Drafts; SOGoJunkFolderName = Junk;
  SOGoSieveScriptsEnabled = YES; SOGoVacationEnabled = YES; SOGoForwardEnabled = YES;
  SOGoMailAuxiliaryUserAccountsEnabled = NO;
  /* who sends for a shared mailbox adds its address to their own; the mail service lets nobody send as another */
  SOGoMailCustomFromEnabled = YES;
  SOGoMaximumMessageSizeLimit = 30720;

  /* language and time */
  SOGoPageTitle = ${text(settings.municipality)};
  SOGoLanguage = ${language};
  SOGoSupportedLanguages = ( "Danish", "English" );
  SOGoTimeZone = "Europe/Copenhagen";
  SOGoFirstDayOfWeek = 1;
  SOGoFirstWeekOfYear = First4DayWeek;
  SOGoShortDateFormat = "%d-%m-%Y";
  SOGoLongDateFormat = ${text(settings.language === "da" ? "%A den %e. %B %Y" : "%A, %B %d, %Y")};
  SOGoTimeFormat = "%H:%M";
  SOGoDayStartTime = "07:00";
  SOGoDayEndTime = "17:00";

  /* calendar: colleagues see when one is busy, and no more than that */
  SOGoEnableDomainBasedUID = NO;
  SOGoAppointmentSendEMailNotifications = ${settings.webmail ? "YES" : "NO"};
  SOGoCalendarDefaultRoles = ( "PublicDAndTViewer", "ConfidentialDAndTViewer", "PrivateDAndTViewer" );
  SOGoFreeBusyDefaultInterval = ( 7, 90 );
  SOGoGravatarEnabled = NO;
  /* nobody else is told who reads whose mail */
  SOGoExternalAvatarsEnabled = NO;
  SOGoMaximumPictureSize = 2097152;

  /* the server */
  WOLogFile = "-";
  WONoDetach = YES;
  WOWatchDogRequestTimeout = 1;
  WOListenQueueSize = 32;
  /* connections to the database are made anew after so many seconds: SOGo goes on asking one whose other end has gone */
  GCSChannelExpireAge = 10;
  GCSChannelCollectionTimer = 5;
  SxVMemLimit = 512;
  SOGoMaximumFailedLoginCount = 0;

  SOGoUserSources = (
    { type = ldap; id = people; displayName = ${text(settings.language === "da" ? "Kolleger" : "Colleagues")};
      hostname = "ldaps://${directoryName}:${directoryPort}"; baseDN = "ou=people,${suffix}"; scope = ONE;
      bindDN = "${serviceDn("groupware")}"; bindPassword = ${text(secrets.directoryPassword)};
      CNFieldName = cn; IDFieldName = planbGuid; UIDFieldName = planbGuid;
      MailFieldNames = ( mail, planbMailAlias ); SearchFieldNames = ( cn, displayName, mail, telephoneNumber, departmentNumber );
      IMAPLoginFieldName = mail; bindFields = ( uid, mail, planbPrincipal );
      filter = "mail = '*' AND (${present})"; listRequiresDot = YES;
${settings.webmail ? "" : "      ModuleConstraints = { Mail = { planbGuid = none; }; };\n"}      canAuthenticate = YES; isAddressBook = YES; },
    { type = sql; id = bookable; displayName = ${text(settings.language === "da" ? "Lokaler og udstyr" : "Rooms and equipment")};
      viewURL = ${url("planb_bookables")};
      canAuthenticate = YES; isAddressBook = YES; listRequiresDot = NO; userPasswordAlgorithm = "sha512-crypt";
      KindFieldName = kind; MultipleBookingsFieldName = mb; MailFieldNames = ( mail ); }
  );
}
`;
}
