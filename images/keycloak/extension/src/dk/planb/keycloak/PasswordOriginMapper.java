package dk.planb.keycloak;

import java.util.Set;
import javax.naming.NamingException;
import javax.naming.ldap.LdapName;
import org.keycloak.component.ComponentModel;
import org.keycloak.models.ModelException;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserCredentialModel;
import org.keycloak.models.UserModel;
import org.keycloak.storage.ldap.LDAPStorageProvider;
import org.keycloak.storage.ldap.idm.model.LDAPObject;
import org.keycloak.storage.ldap.idm.query.internal.LDAPQuery;
import org.keycloak.storage.ldap.mappers.AbstractLDAPStorageMapper;
import org.keycloak.storage.ldap.mappers.LDAPOperationDecorator;
import org.keycloak.storage.ldap.mappers.PasswordUpdateCallback;

/** Notes in the shadow directory that a password was set here, whichever way Keycloak set it. */
final class PasswordOriginMapper extends AbstractLDAPStorageMapper implements PasswordUpdateCallback {

    PasswordOriginMapper(ComponentModel model, LDAPStorageProvider provider) {
        super(model, provider);
        provider.setUpdater(this);
    }

    @Override
    public LDAPOperationDecorator beforePasswordUpdate(UserModel user, LDAPObject entry, UserCredentialModel password) {
        return null;
    }

    @Override
    public void passwordUpdated(UserModel user, LDAPObject entry, UserCredentialModel password) {
        try {
            Directory.of(ldapProvider.getModel()).markPasswordLocal(new LdapName(entry.getDn().toString()));
        } catch (NamingException failed) {
            throw new ModelException("the password was set, but not marked as set here", failed);
        }
    }

    @Override
    public void passwordUpdateFailed(UserModel user, LDAPObject entry, UserCredentialModel password,
            ModelException exception) {
        throw exception;
    }

    @Override
    public void onImportUserFromLDAP(LDAPObject entry, UserModel user, RealmModel realm, boolean isCreate) {
    }

    @Override
    public void onRegisterUserToLDAP(LDAPObject entry, UserModel user, RealmModel realm) {
    }

    @Override
    public UserModel proxy(LDAPObject entry, UserModel delegate, RealmModel realm) {
        return delegate;
    }

    @Override
    public void beforeLDAPQuery(LDAPQuery query) {
    }

    @Override
    public Set<String> getUserAttributes() {
        return Set.of();
    }
}
