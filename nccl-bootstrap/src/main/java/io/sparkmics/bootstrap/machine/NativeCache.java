package io.sparkmics.bootstrap.machine;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * The folder that native libraries are extracted to and loaded from. JavaCPP takes a file that lies there as it is, so whoever
 * can write into the folder chooses the code of this process.
 */
final class NativeCache {

    private static final String OWNER = "unix:uid";
    private static final Object ROOT = 0;

    /** JavaCPP's own folder above it: in the temporary directory, where it cannot use the home directory. */
    private static final String PARENT = ".javacpp";

    private NativeCache() {}

    /** Makes the folder, for this user alone; one that is there stays as it is. */
    static void create(Path folder) throws IOException {
        Path parent = folder.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
    }

    /** Why nothing may be loaded from there: what in it another user could have written. Empty where all is this user's. */
    static Optional<String> problem(Path folder) throws IOException {
        Object user = user(folder);
        Search search = new Search(user);
        Path parent = folder.toAbsolutePath().normalize().getParent();
        if (parent != null && String.valueOf(parent.getFileName()).startsWith(PARENT)) {
            search.look(parent);
        }
        Files.walkFileTree(folder.toRealPath(), search);
        return Optional.ofNullable(search.problem);
    }

    /** Java knows the user's name, which a container may have none for. */
    private static Object user(Path folder) throws IOException {
        Path own = Files.createTempFile(folder, "owner", null);
        try {
            return Files.getAttribute(own, OWNER);
        } finally {
            Files.delete(own);
        }
    }

    /** Stops at the first. Other processes of this user extract at the same time: what has gone meanwhile is no matter. */
    private static final class Search extends SimpleFileVisitor<Path> {

        private final Object user;
        private String problem;

        Search(Object user) {
            this.user = user;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
            return look(folder);
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            return look(file);
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
            if (failure instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            throw failure;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, IOException failure) throws IOException {
            return failure == null ? FileVisitResult.CONTINUE : visitFileFailed(folder, failure);
        }

        FileVisitResult look(Path file) throws IOException {
            try {
                problem = problem == null ? problem(file, user) : problem;
            } catch (NoSuchFileException e) {
                return FileVisitResult.CONTINUE;
            }
            return problem == null ? FileVisitResult.CONTINUE : FileVisitResult.TERMINATE;
        }
    }

    private static String problem(Path file, Object user) throws IOException {
        Object owner = Files.getAttribute(file, OWNER, LinkOption.NOFOLLOW_LINKS);
        if (!owner.equals(user) && !owner.equals(ROOT)) {
            return file + " belongs to another user (uid " + owner + ", and this process has " + user + ")";
        }
        boolean open = !Files.isSymbolicLink(file)
                && Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS)
                        .contains(PosixFilePermission.OTHERS_WRITE);
        return open ? file + " can be written by every user" : null;
    }
}
