package io.sparkmics.job.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.checkpoint.TemporaryFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkDirectoryTest {

    private static final Configuration HADOOP = new Configuration();

    @TempDir
    java.nio.file.Path folder;

    @Test
    void everyRunHasAFolderOfItsOwn() {
        Path one = create(folder.toString()).path();
        Path other = create(folder.toString()).path();

        assertThat(one).isNotEqualTo(other);
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder(one.getName(), other.getName());
    }

    @Test
    void onALocalDiskTheFolderIsClosedToOtherUsers() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));

        assertThat(permissions(create(folder.toString()))).isEqualTo("rwx------");
    }

    @Test
    void whereAGroupMayWriteItMayWriteIntoTheFolderToo() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxr-x"));

        assertThat(permissions(create(folder.toString()))).isEqualTo("rwxrwx---");
    }

    private static String permissions(TemporaryFolder made) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(
                java.nio.file.Path.of(made.path().toUri().getPath())));
    }

    @Test
    void aPasswordInTheSettingIsRefusedAndNotRepeated() {
        assertThat(WorkDirectory.problem("ftp://me:hunter2@host/work", HADOOP).orElseThrow())
                .startsWith("Cannot use the path 'ftp://me:***@host/work': it has a password in it");
    }

    @Test
    void aFolderThatCannotBeMadeIsNamedWithItsRemedy() {
        assertThatThrownBy(() -> create("file:/proc/nothing-can-be-made-here"))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageStartingWith("Cannot make a work directory in file:/proc/nothing-can-be-made-here: ")
                .hasMessageEndingWith("Set workDirectory to a path that can be written.");
    }

    @Test
    void aLocalFolderIsNotForSeveralHostsUnlessItIsSaidToBeShared() {
        Path local = new Path("file:/models/run-1");

        assertThatThrownBy(() -> WorkDirectory.requireShared(local, false, true))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Cannot keep the model in file:/models: it is a local folder, and the executors run on"
                        + " several hosts. Set workDirectory to a path that all of them see, or sharedWorkDirectory if"
                        + " this one is mounted on all.");
        assertThatCode(() -> {
                    WorkDirectory.requireShared(local, true, true);
                    WorkDirectory.requireShared(local, false, false);
                    WorkDirectory.requireShared(new Path("hdfs://cluster/models/run-1"), false, true);
                })
                .doesNotThrowAnyException();
    }

    @Test
    void whatCannotBeDeletedDoesNotHideWhyTheRunFailed() {
        Exception cause = new IllegalStateException("the run failed");
        FileSystem refusing = new RawLocalFileSystem() {
            @Override
            public boolean delete(Path path, boolean recursive) throws IOException {
                throw new IOException("no permission");
            }
        };

        WorkDirectory.delete(TemporaryFolder.of(new Path("/models/run-1"), refusing, "a test"), cause);

        assertThat(cause.getSuppressed()).singleElement().asString().contains("no permission");
    }

    private static TemporaryFolder create(String setting) {
        return WorkDirectory.create(setting, HADOOP, "a test");
    }
}
