package io.sparkmics.bootstrap.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeCacheTest {

    private static final int OTHER_USER = 54_321;

    @TempDir
    Path folder;

    @Test
    void aFolderThatIsMadeIsForThisUserAlone() throws IOException {
        Path cache = folder.resolve("a/cache");

        NativeCache.create(cache);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(cache)))
                .isEqualTo("rwx------");
        assertThat(NativeCache.problem(cache)).isEmpty();
        assertThat(cache).isEmptyDirectory();
    }

    @Test
    void aFolderThatIsThereStaysAsItIs() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));

        NativeCache.create(folder);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                .isEqualTo("rwxr-xr-x");
        assertThat(NativeCache.problem(folder)).isEmpty();
    }

    @Test
    void whatEveryUserCanWriteIsNamed() throws IOException {
        Path library = library();
        Files.setPosixFilePermissions(library, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThat(NativeCache.problem(folder)).hasValue(library + " can be written by every user");

        Files.setPosixFilePermissions(library, PosixFilePermissions.fromString("rwxrwxr-x"));
        assertThat(NativeCache.problem(folder)).isEmpty();

        Files.setPosixFilePermissions(library.getParent(), PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThat(NativeCache.problem(folder)).hasValue(library.getParent() + " can be written by every user");
    }

    @Test
    void aLibraryThatAnotherUserHasPlantedIsNamed() throws IOException {
        Path library = library();
        give(library);

        assertThat(NativeCache.problem(folder).orElseThrow())
                .matches(library + " belongs to another user \\(uid 54321, and this process has \\d+\\)");
    }

    @Test
    void aLinkThatAnotherUserHasPlantedIsNamed() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("libgomp.so.1"), library());
        give(link);

        assertThat(NativeCache.problem(folder).orElseThrow()).startsWith(link + " belongs to another user");
    }

    /** Where JavaCPP turns to when the home directory cannot be written: a name that everybody can guess. */
    @Test
    void aFolderInTheTemporaryDirectoryThatAnotherUserHasMadeFirstIsNamed() throws IOException {
        Path parent = Files.createDirectory(folder.resolve(".javacpp-somebody"));
        Path cache = Files.createDirectory(parent.resolve("cache"));
        assertThat(NativeCache.problem(cache)).isEmpty();

        give(parent);

        assertThat(NativeCache.problem(cache).orElseThrow()).startsWith(parent + " belongs to another user");
    }

    private Path library() throws IOException {
        return Files.createFile(
                Files.createDirectory(folder.resolve("pytorch.jar")).resolve("libtorch.so"));
    }

    private static void give(Path file) throws IOException {
        try {
            Files.setAttribute(file, "unix:uid", OTHER_USER, LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            assumeTrue(false, "only root may give files away");
        }
    }
}
