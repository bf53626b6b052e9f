package io.sparkmics.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.checkpoint.manifest.CheckpointId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointDirectoryTest {

    private static final Configuration HADOOP = new Configuration();
    private static final String RUN = "0123456789ab";
    private static final String OTHER = "ba9876543210";
    private static final SavedUnits UNITS = SavedUnits.of(17, 5);

    @TempDir
    Path path;

    @Test
    void withoutADirectoryThereIsNothing() {
        CheckpointDirectory none = new CheckpointDirectory(LocalFiles.hadoop(path.resolve("none")), HADOOP);

        assertThat(none.committed()).isEmpty();
        assertThat(none.latest()).isEmpty();
        none.purge(RUN, 0, new Retention(1, 0), Set.of(), Set.of());
    }

    @Test
    void theLatestStepIsTheNewest() {
        save(RUN, 0, 5, 15);
        save(RUN, 1, 10);

        assertThat(steps()).containsExactly("15-0", "10-1", "5-0");
        assertThat(directory().latest()).contains(folder(RUN, 0, 15));
    }

    @Test
    void aTornOneIsSkippedAndItsReasonIsKept() throws IOException {
        save(RUN, 0, 10, 15, 20);
        Files.delete(LocalFiles.local(folder(RUN, 0, 20), "manifest.json"));
        Files.delete(LocalFiles.local(folder(RUN, 0, 10), "shard-00000-of-00001.safetensors"));

        CheckpointDirectory.Listing listing = directory().list();
        assertThat(listing.latest().orElseThrow().id().step()).isEqualTo(15);
        assertThat(listing.skipped()).singleElement().satisfies(torn -> {
            assertThat(torn.id().step()).isEqualTo(20);
            assertThat(torn.reason())
                    .isEqualTo("Cannot use the checkpoint " + folder(RUN, 0, 20)
                            + ": it has no manifest.json, so it was not written to its end. Use another one.");
        });
        assertThat(listing.torn()).hasSize(2);
    }

    /** A step tells nothing of which run is newer. */
    @Test
    void theRunThatCommittedLastComesFirst() {
        save(OTHER, 0, 100);
        save(RUN, 0, 500);
        LocalFiles.replace(LocalFiles.local(folder(RUN, 0, 500), "manifest.json"), new byte[0]);
        save(RUN, 0, 5);

        // Times of manifests grow with their steps here.
        assertThat(steps()).containsExactly("100-0", "5-0");
        assertThat(directory().list(RUN).latest().orElseThrow().id().step()).isEqualTo(5);
    }

    @Test
    void whatIsNotACheckpointIsNobodysBusiness() throws IOException {
        save(RUN, 0, 5);
        Files.createDirectory(path.resolve("step-5"));
        Files.writeString(path.resolve("step-000000000010-0123456789ab-0"), "a file");

        assertThat(steps()).containsExactly("5-0");
        directory().purge(RUN, 9, new Retention(1, 0), Set.of(), Set.of());
        assertThat(path.resolve("step-5")).isDirectory();
        assertThat(path.resolve("step-000000000010-0123456789ab-0")).hasContent("a file");
    }

    @Test
    void theNewestAndEveryFewStepsAreKept() {
        save(RUN, 0, 5, 10, 15, 20, 25, 30);
        directory().purge(RUN, 0, new Retention(2, 10), Set.of(), Set.of());
        assertThat(steps()).containsExactly("30-0", "25-0", "20-0", "10-0");

        directory().purge(RUN, 0, new Retention(1, 0), Set.of(folder(RUN, 0, 20)), Set.of());
        assertThat(steps()).containsExactly("30-0", "20-0");
    }

    @Test
    void theOnlyGoodOneStays() throws IOException {
        save(RUN, 0, 5, 10, 15);
        Files.delete(LocalFiles.local(folder(RUN, 0, 10), "manifest.json"));
        LocalFiles.replace(LocalFiles.local(folder(RUN, 0, 15), "shard-00000-of-00001.safetensors"), new byte[3]);
        directory().purge(RUN, 0, new Retention(1, 0), Set.of(), Set.of());

        assertThat(steps()).containsExactly("5-0");
    }

    @Test
    void whatIsKnownToBeDamagedIsNotCountedAndStays() throws IOException {
        save(RUN, 0, 5, 10, 15, 20);
        CheckpointFolder torn = folder(RUN, 0, 15);
        Files.delete(LocalFiles.local(torn, "manifest.json"));
        Set<CheckpointFolder> damaged = Set.of(folder(RUN, 0, 20), torn);
        directory().purge(RUN, 1, new Retention(1, 0), Set.of(), damaged);
        directory().purgeTorn(RUN, damaged);

        assertThat(steps()).containsExactly("20-0", "10-0");
        assertThat(names()).contains("step-000000000015-0123456789ab-0");
    }

    @Test
    void tornOnesThatNobodyCanFinishGo() throws IOException {
        save(RUN, 0, 5);
        UNITS.write(folder(RUN, 0, 10), 0, 2, HADOOP);
        save(RUN, 1, 15);
        UNITS.write(folder(RUN, 1, 10), 0, 2, HADOOP);
        UNITS.write(folder(RUN, 1, 20), 0, 2, HADOOP);
        directory().purge(RUN, 1, new Retention(9, 0), Set.of(), Set.of());

        assertThat(names())
                .containsExactly(
                        "step-000000000005-0123456789ab-0",
                        "step-000000000015-0123456789ab-1",
                        "step-000000000020-0123456789ab-1");
    }

    @Test
    void whatARunThatHasEndedLeftTornGoes() throws IOException {
        save(RUN, 0, 5);
        UNITS.write(folder(RUN, 0, 10), 0, 2, HADOOP);
        UNITS.write(folder(RUN, 1, 20), 0, 2, HADOOP);
        UNITS.write(folder(OTHER, 0, 20), 0, 2, HADOOP);
        directory().purgeTorn(RUN, Set.of());

        assertThat(names()).containsExactly("step-000000000005-0123456789ab-0", "step-000000000020-ba9876543210-0");
    }

    @Test
    void anotherRunsAreNeverTouched() {
        save(OTHER, 0, 5, 10);
        UNITS.write(folder(OTHER, 0, 3), 0, 2, HADOOP);
        UNITS.write(folder(OTHER, 0, 15), 0, 2, HADOOP);
        save(RUN, 4, 20, 30);
        directory().purge(RUN, 4, new Retention(1, 0), Set.of(), Set.of());

        assertThat(names())
                .containsExactly(
                        "step-000000000003-ba9876543210-0",
                        "step-000000000005-ba9876543210-0",
                        "step-000000000010-ba9876543210-0",
                        "step-000000000015-ba9876543210-0",
                        "step-000000000030-0123456789ab-4");
    }

    private void save(String run, int attempt, long... steps) {
        for (long step : steps) {
            CheckpointId id = new CheckpointId(run, attempt, step);
            UNITS.save(directory().folder(id), id, 1, HADOOP);
        }
    }

    private CheckpointDirectory directory() {
        return new CheckpointDirectory(LocalFiles.hadoop(path), HADOOP);
    }

    private CheckpointFolder folder(String run, int attempt, long step) {
        return directory().folder(new CheckpointId(run, attempt, step));
    }

    private List<String> steps() {
        return directory().committed().stream()
                .map(folder -> folder.id().orElseThrow())
                .map(id -> id.step() + "-" + id.attempt())
                .toList();
    }

    private List<String> names() {
        return Arrays.stream(path.toFile().list()).sorted().toList();
    }
}
