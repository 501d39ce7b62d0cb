package dk.planb.keycloak;

import org.keycloak.authentication.InitiatedActionSupport;
import org.keycloak.authentication.RequiredActionContext;
import org.keycloak.authentication.RequiredActionProvider;
import org.keycloak.authentication.requiredactions.UpdatePassword;
import org.keycloak.models.KeycloakSession;

/**
 * Keycloak's "update password" for those who came with an activation code. A name of its own, so that the ordinary one
 * can be off while AD is the authority and people change their password there.
 */
public final class SetPassword extends UpdatePassword {

    static final String ID = "PLANB_SET_PASSWORD";

    @Override
    public String getId() {
        return ID;
    }

    @Override
    public String getDisplayText() {
        return "Set a password after an activation code";
    }

    @Override
    public RequiredActionProvider create(KeycloakSession session) {
        return this;
    }

    @Override
    public InitiatedActionSupport initiatedActionSupport() {
        return InitiatedActionSupport.NOT_SUPPORTED;
    }

    @Override
    public void evaluateTriggers(RequiredActionContext context) {
        // Only an activation code asks for it.
    }
}
