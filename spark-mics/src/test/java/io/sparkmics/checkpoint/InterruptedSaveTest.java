package io.sparkmics.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.checkpoint.manifest.CheckpointId;
import io.sparkmics.checkpoint.manifest.Manifest;
import io.sparkmics.checkpoint.safetensors.TensorType;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever breaks off while checkpoints are saved and deleted, the newest complete one is loaded. */
class InterruptedSaveTest {

    private static final String RUN = "0123456789ab";
    private static final Configuration HADOOP = new Configuration();
    private static final Configuration FAULTY = FaultyFileSystem.configuration();

    @TempDir
    Path temporary;

    @AfterEach
    void repair() {
        FaultyFileSystem.set((path, bytes) -> {});
    }

    /** As a process does that is killed: nothing comes after, no cleaning up either. */
    @Test
    void aSavingThatStopsAnywhereLeavesTheNewestCompleteOne() throws IOException {
        int operation = 0;
        AtomicBoolean reached = new AtomicBoolean(true);
        while (reached.getAndSet(false)) {
            AtomicInteger left = new AtomicInteger(operation);
            FaultyFileSystem.set((path, bytes) -> {
                if (left.getAndDecrement() <= 0) {
                    reached.set(true);
                    throw new IOException("stopped");
                }
            });
            Path directory = Files.createDirectory(temporary.resolve("stopped-" + operation));
            requireNewest(directory, run(directory), "stopped at operation " + operation);
            operation++;
        }
        assertThat(operation).isGreaterThan(40);
    }

    /** As a storage does that is out of reach for a moment. */
    @Test
    void aSavingOfWhichAnyOperationFailsLeavesTheNewestCompleteOne() throws IOException {
        int operation = 0;
        AtomicBoolean reached = new AtomicBoolean(true);
        while (reached.getAndSet(false)) {
            AtomicInteger left = new AtomicInteger(operation);
            FaultyFileSystem.set((path, bytes) -> {
                if (left.getAndDecrement() == 0) {
                    reached.set(true);
                    throw new IOException("failed");
                }
            });
            Path directory = Files.createDirectory(temporary.resolve("failed-" + operation));
            requireNewest(directory, run(directory), "failed at operation " + operation);
            operation++;
        }
        assertThat(operation).isGreaterThan(40);
    }

    /** @return the last step whose commit has returned; 0 for none */
    private static long run(Path path) {
        CheckpointDirectory directory = new CheckpointDirectory(FaultyFileSystem.path(path), FAULTY);
        long committed = 0;
        for (int step = 5; step <= 10; step += 5) {
            try {
                CheckpointId id = new CheckpointId(RUN, 0, step);
                units(step).save(directory.folder(id), id, 2, FAULTY);
                committed = step;
            } catch (CheckpointException e) {
                // The next one may be luckier.
            }
            directory.purge(RUN, 0, new Retention(1, 0), Set.of(), Set.of());
        }
        return committed;
    }

    private static void requireNewest(Path path, long committed, String when) {
        CheckpointDirectory directory = new CheckpointDirectory(LocalFiles.hadoop(path), HADOOP);
        List<CheckpointFolder> found = directory.committed();
        for (CheckpointFolder folder : found) {
            units(folder.id().orElseThrow().step()).requireSame(folder, 1, HADOOP);
        }
        // One whose commit has failed to answer may be there nevertheless.
        long newest = found.isEmpty() ? 0 : found.get(0).id().orElseThrow().step();
        assertThat(newest).as(when).isGreaterThanOrEqualTo(committed);
    }

    private static SavedUnits units(long seed) {
        return new SavedUnits(List.of(new Manifest.UnitSize("unit", 5)), List.of("parameters"), TensorType.F32, seed);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 100, 300, 330, 600, 800, 1200})
    void aFullDiskLeavesThePreviousOneAndNothingElse(int space) throws IOException {
        requireFullDisk(space, () -> {
            throw new IOException("No space left on device");
        });
    }

    /** What Hadoop makes of it on a local disk. */
    @ParameterizedTest
    @ValueSource(ints = {0, 100, 300, 330, 600, 800, 1200})
    void aFullLocalDiskLeavesThePreviousOneAndNothingElse(int space) throws IOException {
        requireFullDisk(space, () -> {
            try (OutputStream full =
                    FileSystem.getLocal(HADOOP).getRaw().create(new org.apache.hadoop.fs.Path("/dev/full"), true)) {
                full.write(1);
            }
        });
    }

    private void requireFullDisk(int space, StorageCall.Action full) throws IOException {
        CheckpointDirectory directory = new CheckpointDirectory(FaultyFileSystem.path(temporary), FAULTY);
        CheckpointId before = new CheckpointId(RUN, 0, 5);
        units(5).save(directory.folder(before), before, 2, FAULTY);
        AtomicInteger left = new AtomicInteger(space);
        FaultyFileSystem.set((path, bytes) -> {
            if (bytes > 0 && left.addAndGet(-bytes) < 0) {
                full.run();
            }
        });
        CheckpointId id = new CheckpointId(RUN, 0, 10);
        CheckpointFolder folder = directory.folder(id);

        assertThatThrownBy(() -> units(10).save(folder, id, 2, FAULTY))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("Cannot write ")
                .hasMessageContaining(folder.path().getName())
                .hasMessageEndingWith(
                        ": No space left on device. Free space there, or choose a folder where there is more.");
        FaultyFileSystem.set((path, bytes) -> {});
        // Whole shards with their parts, and nothing that was begun.
        String[] names = temporary.resolve(id.folderName()).toFile().list();
        assertThat(names.length % 2).as("%s", List.of(names)).isZero();
        assertThat(names).doesNotContain(CheckpointFolder.MANIFEST);
        assertThat(directory.latest()).contains(directory.folder(before));
        units(5).requireSame(directory.folder(before), 3, FAULTY);
    }
}
