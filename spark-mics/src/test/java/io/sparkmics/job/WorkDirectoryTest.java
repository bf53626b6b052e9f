package io.sparkmics.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkDirectoryTest {

    private static final Configuration HADOOP = new Configuration();

    @TempDir
    java.nio.file.Path folder;

    @Test
    void everyRunHasAFolderOfItsOwn() {
        Path one = WorkDirectory.create(folder.toString(), HADOOP);
        Path other = WorkDirectory.create(folder.toString(), HADOOP);

        assertThat(one).isNotEqualTo(other);
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder(one.getName(), other.getName());
    }

    @Test
    void aFolderThatCannotBeMadeIsNamedWithItsRemedy() {
        assertThatThrownBy(() -> WorkDirectory.create("file:/proc/nothing-can-be-made-here", HADOOP))
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

        WorkDirectory.delete(new Path("nowhere://models/run-1"), HADOOP, cause);

        assertThat(cause.getSuppressed()).singleElement().asString().contains("nowhere");
    }
}
