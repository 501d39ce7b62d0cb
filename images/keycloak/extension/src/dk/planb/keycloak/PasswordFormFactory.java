package dk.planb.keycloak;

import org.keycloak.authentication.Authenticator;
import org.keycloak.authentication.authenticators.browser.UsernamePasswordFormFactory;
import org.keycloak.models.KeycloakSession;

/** Makes {@link PasswordForm}. */
public final class PasswordFormFactory extends UsernamePasswordFormFactory {

    @Override
    public Authenticator create(KeycloakSession session) {
        return new PasswordForm(session);
    }

    @Override
    public String getId() {
        return "planb-username-password-form";
    }

    @Override
    public String getDisplayType() {
        return "planb user name and password";
    }

    @Override
    public String getHelpText() {
        return "User name and password, or an activation code; says in words why a login fails.";
    }
}
