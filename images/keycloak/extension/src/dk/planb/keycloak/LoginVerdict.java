package dk.planb.keycloak;

/**
 * Decides, from what the directory says of a person and of the password given, what the login page answers.
 * Pure: no Keycloak, no network.
 *
 * @param allowed whether the person may pass
 * @param message key of the words shown; null where Keycloak's own "wrong user name or password" says it best
 * @param guess   whether it counts as a wrong guess against the lock-out
 */
record LoginVerdict(boolean allowed, String message, boolean guess) {

    /** What a bind as the person told. */
    enum Bind { RIGHT, WRONG, UNCHECKED }

    /**
     * What the shadow directory says of a person.
     *
     * @param state         planbState, e.g. "ok" or "mustChange"
     * @param passwordKnown whether a password hash is stored here
     * @param local         whether the password was set here, so that what AD says of its own does not count
     */
    record Person(String state, boolean passwordKnown, boolean local) {
    }

    private static final LoginVerdict PASS = new LoginVerdict(true, null, false);
    private static final LoginVerdict WRONG = new LoginVerdict(false, null, true);

    static LoginVerdict of(Person person, Bind bind) {
        String words = words(person);
        return switch (bind) {
            // The right password of an account that may not enter: said in words, and no guess.
            case RIGHT -> words == null ? PASS : new LoginVerdict(false, words, false);
            // A locked account's password cannot be told right from wrong (slapd and AD answer the same), so the words
            // are shown, and it counts as a guess.
            case WRONG -> words == null ? WRONG : new LoginVerdict(false, words, true);
            // Nobody could check the password: never a guess.
            case UNCHECKED -> new LoginVerdict(false, words != null ? words
                    : person.passwordKnown() ? "planbPasswordUnchecked" : "planbPasswordNotKnown", false);
        };
    }

    private static String words(Person person) {
        return switch (person.state()) {
            case "disabled" -> "planbStateDisabled";
            case "locked" -> "planbStateLocked";
            case "accountExpired" -> "planbStateAccountExpired";
            case "deleted" -> "planbStateDisabled";
            case "mustChange" -> person.local() ? null : "planbStateMustChange";
            case "expired" -> person.local() ? null : "planbStateExpired";
            default -> null;
        };
    }
}
