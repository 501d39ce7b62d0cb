package dk.planb.keycloak;

import dk.planb.keycloak.LoginVerdict.Bind;
import dk.planb.keycloak.LoginVerdict.Person;
import java.time.Instant;
import java.util.Optional;

/** Tests of what needs neither Keycloak nor a directory; run while the image is built, which fails if one fails. */
public final class ExtensionTest {

    private static int checks;

    public static void main(String[] arguments) {
        verdicts();
        activationCodes();
        equal(Instant.parse("2026-12-24T18:30:00Z"), Directory.instant("20261224183000Z"));
        equal(Instant.parse("2026-12-24T18:30:00Z"), Directory.instant("20261224183000.0Z"));
        System.out.println("extension: " + checks + " checks passed");
    }

    private static void verdicts() {
        Person ok = new Person("ok", true, false);
        equal(new LoginVerdict(true, null, false), LoginVerdict.of(ok, Bind.RIGHT));
        equal(new LoginVerdict(false, null, true), LoginVerdict.of(ok, Bind.WRONG));
        equal(new LoginVerdict(false, "planbPasswordUnchecked", false), LoginVerdict.of(ok, Bind.UNCHECKED));
        equal(new LoginVerdict(false, "planbPasswordNotKnown", false),
                LoginVerdict.of(new Person("ok", false, false), Bind.UNCHECKED));
        equal(new LoginVerdict(false, null, true), LoginVerdict.of(new Person("ok", false, false), Bind.WRONG));
        for (String state : new String[] {"disabled", "deleted", "locked", "accountExpired", "mustChange", "expired"}) {
            Person barred = new Person(state, true, false);
            equal(false, LoginVerdict.of(barred, Bind.RIGHT).allowed());
            equal(false, LoginVerdict.of(barred, Bind.RIGHT).guess());
            equal(true, LoginVerdict.of(barred, Bind.WRONG).guess());
            equal(false, LoginVerdict.of(barred, Bind.UNCHECKED).guess());
        }
        // A password set here does not expire with AD's, but a disabled account stays shut.
        equal(true, LoginVerdict.of(new Person("expired", true, true), Bind.RIGHT).allowed());
        equal(true, LoginVerdict.of(new Person("mustChange", true, true), Bind.RIGHT).allowed());
        equal(false, LoginVerdict.of(new Person("disabled", true, true), Bind.RIGHT).allowed());
    }

    private static void activationCodes() {
        equal(Optional.of("AB12-CD34-EF56"), ActivationCode.normalise(" ab12cd34 ef56 "));
        equal(Optional.of("0011-CD34-EF56"), ActivationCode.normalise("oOiL-cd34-ef56"));
        equal(Optional.empty(), ActivationCode.normalise("AB12-CD34-EF5"));
        equal(Optional.empty(), ActivationCode.normalise("UUUU-UUUU-UUUU"));
        equal(Optional.empty(), ActivationCode.normalise("Sommer-2026!!!"));
        equal(Optional.empty(), ActivationCode.normalise(null));
    }

    private static void equal(Object expected, Object found) {
        checks++;
        if (!expected.equals(found)) throw new AssertionError("expected " + expected + ", got " + found);
    }
}
