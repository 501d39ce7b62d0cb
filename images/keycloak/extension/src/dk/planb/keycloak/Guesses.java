package dk.planb.keycloak;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jboss.logging.Logger;
import org.keycloak.util.JsonSerialization;

/**
 * The stack's one count of guesses, which mail, calendar and files share: access is asked before a password is looked at
 * and told how it ended. While access does not answer, Keycloak's own count and slapd's lock stand alone.
 */
final class Guesses {

    private static final Logger LOG = Logger.getLogger(Guesses.class);
    private static final String ACCESS = "https://access:8443";
    private static final Path AUTHORITY = Path.of("/config/ca.pem");
    private static final Path TOKEN = Path.of("/config/secrets/access-token");
    private static final Duration CONNECT = Duration.ofSeconds(1);
    private static final Duration ANSWER = Duration.ofSeconds(3);

    private static final class Holder {
        static final Guesses ONE = new Guesses();
    }

    private final HttpClient client;
    private final String token;

    private Guesses() {
        try {
            client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT)
                    .sslContext(trusting(AUTHORITY)).build();
            token = Files.readString(TOKEN).strip();
        } catch (IOException | GeneralSecurityException broken) {
            throw new IllegalStateException("the count of guesses cannot be used", broken);
        }
    }

    static Guesses get() {
        return Holder.ONE;
    }

    /** What became of a try that was to be counted. */
    enum Begun {
        COUNTED,
        /** The person, or the address, has to wait. */
        REFUSED,
        /** Nobody answered, so nobody is told how it ends either: a login waits for access once at most. */
        UNCOUNTED
    }

    /** Counts a try. */
    Begun begin(String login, String address) {
        return ask("/attempt", about(login, address))
                .map(answer -> Boolean.FALSE.equals(answer.get("allowed")) ? Begun.REFUSED : Begun.COUNTED)
                .orElse(Begun.UNCOUNTED);
    }

    /** Tells how a counted try ended. */
    void end(String login, String address, LoginVerdict verdict) {
        Map<String, Object> body = about(login, address);
        // The right password of somebody who may not enter, or one that nobody could check, is no guess.
        body.put("ok", verdict.allowed() ? Boolean.TRUE : verdict.guess() ? Boolean.FALSE : null);
        ask("/result", body);
    }

    private static Map<String, Object> about(String login, String address) {
        Map<String, Object> body = new HashMap<>();
        body.put("protocol", "web");
        body.put("login", login);
        if (address != null) body.put("address", address);
        return body;
    }

    /** The answer; empty: there was none. */
    @SuppressWarnings("unchecked")
    private Optional<Map<String, Object>> ask(String path, Map<String, Object> body) {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create(ACCESS + path)).timeout(ANSWER)
                    .header("Authorization", "Bearer " + token).header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(JsonSerialization.writeValueAsBytes(body))).build();
            HttpResponse<byte[]> response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
            if (response.statusCode() / 100 != 2) throw new IOException("status " + response.statusCode());
            if (response.body().length == 0) return Optional.of(Map.of());
            return Optional.of(JsonSerialization.readValue(response.body(), Map.class));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (IOException away) {
            LOG.warnf("access did not answer %s, guesses are counted by Keycloak alone: %s", path, away);
            return Optional.empty();
        }
    }

    private static SSLContext trusting(Path authority) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream pem = Files.newInputStream(authority)) {
            int number = 0;
            for (Certificate certificate : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
                store.setCertificateEntry("ca" + number++, certificate);
            }
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
