package dk.planb.keycloak;

import org.keycloak.component.ComponentModel;
import org.keycloak.storage.ldap.LDAPStorageProvider;
import org.keycloak.storage.ldap.mappers.AbstractLDAPStorageMapper;
import org.keycloak.storage.ldap.mappers.AbstractLDAPStorageMapperFactory;

/** Makes {@link PasswordOriginMapper}. */
public final class PasswordOriginMapperFactory extends AbstractLDAPStorageMapperFactory {

    @Override
    public String getId() {
        return "planb-password-origin-ldap-mapper";
    }

    @Override
    public String getHelpText() {
        return "Marks a password as set here (planbPasswordOrigin=local) when Keycloak sets it.";
    }

    @Override
    protected AbstractLDAPStorageMapper createMapper(ComponentModel model, LDAPStorageProvider provider) {
        return new PasswordOriginMapper(model, provider);
    }
}
