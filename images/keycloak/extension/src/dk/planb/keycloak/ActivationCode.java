package dk.planb.keycloak;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** An activation code as a person types it: twelve letters of Crockford's base32, with or without its hyphens. */
final class ActivationCode {

    private static final Pattern CODE = Pattern.compile("[0-9A-HJKMNP-TV-Z]{12}");

    private ActivationCode() {
    }

    /** The code in its stored form, {@code XXXX-XXXX-XXXX}; empty when the text cannot be one. */
    static Optional<String> normalise(String typed) {
        if (typed == null || typed.length() > 30) return Optional.empty();
        String plain = typed.strip().toUpperCase(Locale.ROOT).replaceAll("[\\s-]", "")
                .replace('O', '0').replace('I', '1').replace('L', '1');
        if (!CODE.matcher(plain).matches()) return Optional.empty();
        return Optional.of(plain.substring(0, 4) + "-" + plain.substring(4, 8) + "-" + plain.substring(8));
    }
}
