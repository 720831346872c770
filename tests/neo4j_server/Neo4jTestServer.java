import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

import org.neo4j.configuration.GraphDatabaseSettings;
import org.neo4j.configuration.connectors.BoltConnector;
import org.neo4j.configuration.connectors.HttpConnector;
import org.neo4j.configuration.connectors.HttpsConnector;
import org.neo4j.configuration.helpers.SocketAddress;
import org.neo4j.configuration.ssl.SslPolicyConfig;
import org.neo4j.configuration.ssl.SslPolicyScope;
import org.neo4j.harness.Neo4j;
import org.neo4j.harness.Neo4jBuilders;

/**
 * A throw-away Neo4j Community server: Bolt on 127.0.0.1, user "neo4j" with the given password.
 *
 * System properties: work (a folder of its own, deleted at the end), password, owner (a process id)
 * and watch (a file). It ends on SIGTERM, and by itself when the owner is gone or the file is:
 * a killed test run leaves no server behind. With certificates (a folder that holds private.key and
 * public.crt) it also speaks TLS on the same port. Prints "READY port" once it answers.
 */
public class Neo4jTestServer {
    public static void main(String[] args) throws Exception {
        Path work = Files.createDirectories(Path.of(System.getProperty("work")));
        var builder = Neo4jBuilders.newInProcessBuilder(work)
                .withDisabledServer()
                .withConfig(HttpConnector.enabled, false)
                .withConfig(HttpsConnector.enabled, false)
                .withConfig(BoltConnector.enabled, true)
                .withConfig(BoltConnector.listen_address, new SocketAddress("127.0.0.1", Integer.getInteger("port", 0)))
                .withConfig(GraphDatabaseSettings.auth_enabled, true)
                .withConfig(GraphDatabaseSettings.pagecache_memory, 64L * 1024 * 1024)
                .withConfig(GraphDatabaseSettings.transaction_timeout, Duration.ofSeconds(120));
        String certificates = System.getProperty("certificates", "");
        if (!certificates.isEmpty()) {
            SslPolicyConfig bolt = SslPolicyConfig.forScope(SslPolicyScope.BOLT);
            builder = builder
                    .withConfig(BoltConnector.encryption_level, BoltConnector.EncryptionLevel.OPTIONAL)
                    .withConfig(bolt.enabled, true)
                    .withConfig(bolt.base_directory, Path.of(certificates))
                    .withConfig(bolt.private_key, Path.of(certificates, "private.key"))
                    .withConfig(bolt.public_certificate, Path.of(certificates, "public.crt"));
        }
        Neo4j neo4j = builder.build();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            delete(work);                  // nothing is kept, so nothing is closed in order: that takes 10 s
            Runtime.getRuntime().halt(0);
        }));
        neo4j.databaseManagementService().database("system").executeTransactionally(
                "ALTER USER neo4j SET PASSWORD $password CHANGE NOT REQUIRED",
                Map.of("password", System.getProperty("password")));
        System.out.println("READY " + neo4j.boltURI().getPort());
        System.out.flush();
        waitForTheEnd(Long.getLong("owner"), Path.of(System.getProperty("watch")));
        System.exit(0);
    }

    private static void waitForTheEnd(long owner, Path watched) throws InterruptedException {
        Optional<ProcessHandle> process = ProcessHandle.of(owner);
        while (process.map(ProcessHandle::isAlive).orElse(false) && Files.exists(watched)) {
            Thread.sleep(200);
        }
    }

    private static void delete(Path folder) {
        try (var found = Files.walk(folder)) {
            found.sorted(java.util.Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
        } catch (IOException gone) {
            // another hook was quicker
        }
    }
}
