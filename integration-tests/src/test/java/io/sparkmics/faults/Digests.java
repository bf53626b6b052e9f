package io.sparkmics.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** Files that are the same to the last bit have the same digest. */
final class Digests {

    private Digests() {}

    static String of(Path file) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Of the shards of a checkpoint, in their order. */
    static List<String> ofShards(Path checkpoint) {
        return list(checkpoint).stream()
                .filter(file -> file.toString().endsWith(".safetensors"))
                .map(Digests::of)
                .toList();
    }

    /** What is in a folder, sorted; nothing where there is none. */
    static List<Path> list(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The checkpoints that have a whole manifest, the oldest first. */
    static List<Path> committed(Path directory) {
        return list(directory).stream()
                .filter(folder -> isWhole(folder.resolve("manifest.json")))
                .toList();
    }

    /** A storage that goes off in the middle of a write leaves a file that is cut short, and nobody can delete it. */
    private static boolean isWhole(Path manifest) {
        try {
            return Files.exists(manifest) && Files.readString(manifest).endsWith("}\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of a checkpoint, whose folder has it in its name. */
    static long step(Path checkpoint) {
        return Long.parseLong(checkpoint.getFileName().toString().split("-")[1]);
    }
}
