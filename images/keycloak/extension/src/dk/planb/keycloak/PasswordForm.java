package dk.planb.keycloak;

import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import javax.naming.NamingException;
import javax.naming.ldap.LdapName;
import org.jboss.logging.Logger;
import org.keycloak.authentication.AuthenticationFlowContext;
import org.keycloak.authentication.AuthenticationFlowError;
import org.keycloak.authentication.authenticators.browser.UsernamePasswordForm;
import org.keycloak.events.Errors;
import org.keycloak.forms.login.LoginFormsProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;
import org.keycloak.representations.idm.CredentialRepresentation;
import org.keycloak.services.managers.AuthenticationManager;
import org.keycloak.storage.UserStorageProvider;

/**
 * Keycloak's user name and password form, which for people of the shadow directory also says in words why a login fails
 * and takes an activation code from those whose password is not known here.
 */
final class PasswordForm extends UsernamePasswordForm {

    private static final Logger LOG = Logger.getLogger(PasswordForm.class);

    PasswordForm(KeycloakSession session) {
        super(session);
    }

    /** An address that only one person has does as user name, whichever of theirs it is. */
    @Override
    protected boolean validateForm(AuthenticationFlowContext context, MultivaluedMap<String, String> form) {
        String typed = form.getFirst(AuthenticationManager.FORM_USERNAME);
        if (typed != null && typed.contains("@")) {
            context.getRealm().getComponentsStream(context.getRealm().getId(), UserStorageProvider.class.getName())
                    .filter(component -> "ldap".equals(component.getProviderId()))
                    .findFirst()
                    .flatMap(component -> Directory.of(component).userName(typed.strip()))
                    .ifPresent(name -> form.putSingle(AuthenticationManager.FORM_USERNAME, name));
        }
        return super.validateForm(context, form);
    }

    @Override
    public boolean validatePassword(AuthenticationFlowContext context, UserModel user,
            MultivaluedMap<String, String> form, boolean clearUser) {
        Directory directory = Directory.of(context.getRealm(), user);
        String password = form.getFirst(CredentialRepresentation.PASSWORD);
        if (directory == null || password == null || password.isEmpty()) {
            return super.validatePassword(context, user, form, clearUser);
        }
        if (isDisabledByBruteForce(context, user)) return false;
        String address = context.getConnection().getRemoteAddr();
        Guesses.Begun begun = Guesses.get().begin(user.getUsername(), address);
        if (begun == Guesses.Begun.REFUSED) {
            return refuse(context, user, new LoginVerdict(false, disabledByBruteForceError(null), false), clearUser);
        }
        LoginVerdict verdict;
        try {
            LdapName dn = directory.dn(user);
            verdict = check(context, directory, dn, directory.person(dn), password);
        } catch (NamingException unanswered) {
            LOG.warnf("the directory did not answer for %s: %s", user.getUsername(), unanswered.getMessage());
            verdict = new LoginVerdict(false, "planbPasswordUnchecked", false);
        }
        if (begun == Guesses.Begun.COUNTED) Guesses.get().end(user.getUsername(), address, verdict);
        if (verdict.allowed()) {
            context.getAuthenticationSession().setAuthNote(AuthenticationManager.PASSWORD_VALIDATED, "true");
            return true;
        }
        return refuse(context, user, verdict, clearUser);
    }

    private LoginVerdict check(AuthenticationFlowContext context, Directory directory, LdapName dn,
            LoginVerdict.Person person, String password) {
        Optional<String> code = ActivationCode.normalise(password);
        // A code is never sent on to AD as a wrong password of somebody whose password AD would be asked for.
        if (code.isPresent() && !person.passwordKnown() && directory.hasActivationCode(dn, code.get())) {
            return activate(context, directory, dn, person);
        }
        LoginVerdict.Bind bind = directory.bind(dn, password);
        if (code.isPresent() && person.passwordKnown() && bind == LoginVerdict.Bind.UNCHECKED
                && directory.hasActivationCode(dn, code.get())) {
            return activate(context, directory, dn, person);
        }
        return LoginVerdict.of(person, bind);
    }

    /** A code proves the person once; then they set a password here, whatever AD says of the old one. */
    private LoginVerdict activate(AuthenticationFlowContext context, Directory directory, LdapName dn,
            LoginVerdict.Person person) {
        LoginVerdict verdict = LoginVerdict.of(
                new LoginVerdict.Person(person.state(), person.passwordKnown(), true), LoginVerdict.Bind.RIGHT);
        if (!verdict.allowed()) return verdict;
        if (!directory.spendActivationCode(dn)) return new LoginVerdict(false, "planbPasswordUnchecked", false);
        context.getAuthenticationSession().addRequiredAction(SetPassword.ID);
        context.getEvent().detail("activation_code", "true");
        return verdict;
    }

    private boolean refuse(AuthenticationFlowContext context, UserModel user, LoginVerdict verdict, boolean clearUser) {
        context.getEvent().user(user);
        if (verdict.message() != null) context.getEvent().detail("reason", verdict.message());
        context.getEvent().error(Errors.INVALID_USER_CREDENTIALS);
        if (isUserAlreadySetBeforeUsernamePasswordAuth(context)) {
            context.form().setAttribute(LoginFormsProvider.USERNAME_HIDDEN, true);
            context.form().setAttribute(LoginFormsProvider.REGISTRATION_DISABLED, true);
        }
        Response page = verdict.message() == null
                ? challenge(context, getDefaultChallengeMessage(context), CredentialRepresentation.PASSWORD)
                : challenge(context, verdict.message(), null);
        if (verdict.guess()) context.failureChallenge(AuthenticationFlowError.INVALID_CREDENTIALS, page);
        else context.forceChallenge(page);
        if (clearUser) context.clearUser();
        return false;
    }

    @Override
    protected String disabledByBruteForceError(String error) {
        return "planbTooManyTries";
    }

    @Override
    protected String disabledByBruteForceFieldError() {
        return null;
    }
}
