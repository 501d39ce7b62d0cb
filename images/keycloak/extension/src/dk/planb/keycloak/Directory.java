package dk.planb.keycloak;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Hashtable;
import java.util.Optional;
import javax.naming.AuthenticationException;
import javax.naming.Context;
import javax.naming.NameNotFoundException;
import javax.naming.NamingEnumeration;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.directory.Attributes;
import javax.naming.directory.BasicAttribute;
import javax.naming.directory.DirContext;
import javax.naming.directory.ModificationItem;
import javax.naming.directory.SearchControls;
import javax.naming.directory.SearchResult;
import javax.naming.ldap.InitialLdapContext;
import javax.naming.ldap.LdapContext;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.jboss.logging.Logger;
import org.keycloak.component.ComponentModel;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * The shadow directory, asked with the settings of the realm's LDAP federation. Keycloak's own provider is not used for
 * binds: it reports a bind that timed out as a wrong password, which would feed the lock-out.
 */
final class Directory {

    private static final Logger LOG = Logger.getLogger(Directory.class);
    private static final String CONNECT_MS = "1000";
    private static final String READ_MS = "2000";
    /** A password that is not known here is checked by AD, whose answer slapd awaits for up to 2 s a controller. */
    private static final String BIND_MS = "9000";
    private static final DateTimeFormatter GENERALIZED_TIME = DateTimeFormatter.ofPattern("yyyyMMddHHmmss");

    private final ComponentModel ldap;

    private Directory(ComponentModel ldap) {
        this.ldap = ldap;
    }

    static Directory of(ComponentModel ldap) {
        return new Directory(ldap);
    }

    /** The directory a person came from; null for a local account, e.g. the break-glass administrator. */
    static Directory of(RealmModel realm, UserModel user) {
        String link = user.getFederationLink();
        ComponentModel ldap = link == null ? null : realm.getComponent(link);
        return ldap == null || !"ldap".equals(ldap.getProviderId()) ? null : new Directory(ldap);
    }

    /** The person's DN: made of the immutable key, so that a rename never changes it. */
    LdapName dn(UserModel user) throws NamingException {
        LdapName name = new LdapName(ldap.get("usersDn"));
        name.add(new Rdn(ldap.get("uuidLDAPAttribute"), user.getFirstAttribute("LDAP_ID")));
        return name;
    }

    /** @throws NamingException when the directory does not answer or has no such person */
    LoginVerdict.Person person(LdapName dn) throws NamingException {
        LdapContext context = service();
        try {
            Attributes found = context.getAttributes(dn,
                    new String[] {"planbState", "planbPasswordKnown", "planbPasswordOrigin"});
            return new LoginVerdict.Person(text(found, "planbState", "ok"),
                    "TRUE".equalsIgnoreCase(text(found, "planbPasswordKnown", "FALSE")),
                    "local".equals(text(found, "planbPasswordOrigin", "ad")));
        } finally {
            context.close();
        }
    }

    /** The user name of the only person with this address, be it mail, alias or principal name. */
    Optional<String> userName(String address) {
        SearchControls limits = new SearchControls(SearchControls.ONELEVEL_SCOPE, 2, 0, new String[] {"uid"}, false, false);
        try {
            LdapContext context = service();
            try {
                NamingEnumeration<SearchResult> found = context.search(ldap.get("usersDn"),
                        "(&(|(mail={0})(planbPrincipal={0})(planbMailAlias={0}))(!(planbState=deleted)))",
                        new Object[] {address}, limits);
                if (!found.hasMore()) return Optional.empty();
                String uid = text(found.next().getAttributes(), "uid", null);
                return found.hasMore() ? Optional.empty() : Optional.ofNullable(uid);
            } finally {
                context.close();
            }
        } catch (NamingException failed) {
            LOG.warnf("the directory did not answer for an address: %s", failed.getMessage());
            return Optional.empty();
        }
    }

    /** Binds with the password given and tells a wrong one from one that nobody could check. */
    LoginVerdict.Bind bind(LdapName dn, String password) {
        try {
            connect(dn.toString(), password, BIND_MS).close();
            return LoginVerdict.Bind.RIGHT;
        } catch (AuthenticationException wrong) {
            return LoginVerdict.Bind.WRONG;
        } catch (NamingException unchecked) {
            LOG.warnf("password of %s could not be checked: %s", dn, unchecked.getMessage());
            return LoginVerdict.Bind.UNCHECKED;
        }
    }

    /** Whether the person has this activation code and it has not expired. */
    boolean hasActivationCode(LdapName dn, String code) {
        try {
            LdapName entry = activation(dn);
            LdapContext context = service();
            try {
                String expires = text(context.getAttributes(entry, new String[] {"planbExpires"}), "planbExpires", null);
                if (expires != null && !Instant.now().isBefore(instant(expires))) return false;
            } finally {
                context.close();
            }
            return bind(entry, code) == LoginVerdict.Bind.RIGHT;
        } catch (NameNotFoundException none) {
            return false;
        } catch (NamingException failed) {
            LOG.warnf("activation code of %s could not be checked: %s", dn, failed.getMessage());
            return false;
        }
    }

    /** Deletes the person's activation code. False when somebody else was first, or the directory did not do it. */
    boolean spendActivationCode(LdapName dn) {
        // JNDI deletes what is not there without a word, so it is asked for first; one at a time, as Keycloak runs once.
        synchronized (Directory.class) {
            try {
                LdapContext context = service();
                try {
                    LdapName entry = activation(dn);
                    context.getAttributes(entry, new String[] {"1.1"});
                    context.destroySubcontext(entry);
                    return true;
                } finally {
                    context.close();
                }
            } catch (NamingException failed) {
                LOG.warnf("activation code of %s could not be spent: %s", dn, failed.getMessage());
                return false;
            }
        }
    }

    /** Notes that the password was set here, so that the steward does not take it for AD's. */
    void markPasswordLocal(LdapName dn) throws NamingException {
        LdapContext context = service();
        try {
            context.modifyAttributes(dn, new ModificationItem[] {new ModificationItem(DirContext.REPLACE_ATTRIBUTE,
                    new BasicAttribute("planbPasswordOrigin", "local"))});
        } finally {
            context.close();
        }
    }

    static Instant instant(String generalizedTime) {
        String digits = generalizedTime.replaceAll("[^0-9].*$", "");
        return LocalDateTime.parse(digits.substring(0, 14), GENERALIZED_TIME).toInstant(ZoneOffset.UTC);
    }

    private static LdapName activation(LdapName dn) throws NamingException {
        LdapName entry = (LdapName) dn.clone();
        entry.add(new Rdn("cn", "activation"));
        return entry;
    }

    private LdapContext service() throws NamingException {
        return connect(ldap.get("bindDn"), ldap.get("bindCredential"), READ_MS);
    }

    private LdapContext connect(String dn, String password, String readMs) throws NamingException {
        Hashtable<String, String> env = new Hashtable<>();
        env.put(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.ldap.LdapCtxFactory");
        env.put(Context.PROVIDER_URL, ldap.get("connectionUrl"));
        env.put(Context.SECURITY_AUTHENTICATION, "simple");
        env.put(Context.SECURITY_PRINCIPAL, dn);
        env.put(Context.SECURITY_CREDENTIALS, password);
        env.put("com.sun.jndi.ldap.connect.timeout", CONNECT_MS);
        env.put("com.sun.jndi.ldap.read.timeout", readMs);
        // Keycloak's truststore, so that the stack's own authority is the one that is trusted.
        env.put("java.naming.ldap.factory.socket", "org.keycloak.truststore.SSLSocketFactory");
        return new InitialLdapContext(env, null);
    }

    private static String text(Attributes attributes, String name, String fallback) throws NamingException {
        Attribute attribute = attributes.get(name);
        return attribute == null || attribute.size() == 0 ? fallback : attribute.get().toString();
    }
}
