package io.sparkmics.bootstrap.machine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The setting NCCL_COMM_ID, which NCCL takes from the environment or from its files: an address at which ranks meet, instead
 * of the secret in each id. Whoever knows the address could join, so it is refused.
 */
final class NcclAddress {

    private static final String NAME = "NCCL_COMM_ID";

    private NcclAddress() {}

    static Optional<String> problem() {
        return problem(System.getenv(), Path.of("/etc/nccl.conf"), System.getProperty("user.home"));
    }

    static Optional<String> problem(Map<String, String> environment, Path systemFile, String home) {
        if (environment.containsKey(NAME)) {
            return Optional.of(refuse("the environment variable " + NAME, "Unset it"));
        }
        List<Path> files = new ArrayList<>(List.of(systemFile));
        String userFile = environment.get("NCCL_CONF_FILE");
        files.add(userFile != null ? Path.of(userFile) : Path.of(home, ".nccl.conf"));
        return files.stream()
                .filter(NcclAddress::names)
                .findFirst()
                .map(file -> refuse("the line " + NAME + " of " + file, "Remove it"));
    }

    private static boolean names(Path file) {
        if (!Files.isReadable(file)) {
            return false;
        }
        try (Stream<String> lines = Files.lines(file, StandardCharsets.ISO_8859_1)) {
            return lines.anyMatch(line -> line.strip().startsWith(NAME + "="));
        } catch (IOException e) {
            return false;
        }
    }

    private static String refuse(String what, String remedy) {
        return "Cannot let the ranks of NCCL meet at an address that others may know: " + what
                + " is set, and it replaces the secret in NCCL's ids. " + remedy + ".";
    }
}
