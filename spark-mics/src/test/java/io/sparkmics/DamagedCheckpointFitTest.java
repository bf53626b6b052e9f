package io.sparkmics;

import static io.sparkmics.SmallFit.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sparkmics.checkpoint.FaultyFileSystem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A checkpoint that turns out to be damaged when a run goes on from it: the run goes on from an older one, or says why not. */
class DamagedCheckpointFitTest {

    /** A step has two micro-steps. */
    private static final int IN_THE_FOURTH_STEP = 6;

    private static final String SHARD = "shard-00001-of-00002.safetensors";

    private static byte[] weights;
    private static List<CheckpointedFits.Step> history;

    @TempDir
    Path folder;

    @TempDir
    Path checkpoints;

    /** What happens to the files of a checkpoint. */
    private enum Damage {
        FLIPPED_BIT("tensor \\S+/second_moments from \\S+/" + SHARD + ": its CRC-32C is ") {
            @Override
            void to(Path checkpoint, Path before) throws IOException {
                flipBit(checkpoint);
            }
        },
        FLIPPED_BIT_THAT_HADOOP_SEES("tensor \\S+/second_moments from \\S+/" + SHARD + ": Checksum error: ") {
            @Override
            void to(Path checkpoint, Path before) throws IOException {
                Files.write(checkpoint.resolve(SHARD), flipped(checkpoint.resolve(SHARD)));
            }
        },
        STALE_SHARD("tensor \\S+/parameters from \\S+/" + SHARD + ": its CRC-32C is ") {
            @Override
            void to(Path checkpoint, Path before) throws IOException {
                copy(SHARD, before, checkpoint);
                copy("." + SHARD + ".crc", before, checkpoint);
            }
        },
        SHORT_SHARD(SHARD + " has \\d+ bytes, and \\d+ were written") {
            @Override
            void to(Path checkpoint, Path before) throws IOException {
                byte[] bytes = Files.readAllBytes(checkpoint.resolve(SHARD));
                Files.write(checkpoint.resolve(SHARD), Arrays.copyOf(bytes, bytes.length - 1));
            }
        },
        MISSING_SHARD(SHARD + " is missing") {
            @Override
            void to(Path checkpoint, Path before) throws IOException {
                Files.delete(checkpoint.resolve(SHARD));
            }
        },
        MISSING_MANIFEST("it has no manifest.json") {
            @Override
            void to(Path checkpoint, Path before) throws IOException {
                Files.delete(checkpoint.resolve("manifest.json"));
            }
        },
        STALE_STEPS("/metrics.jsonl: it ends with step 2") {
            @Override
            void to(Path checkpoint, Path before) throws IOException {
                copy("metrics.jsonl", before, checkpoint);
                copy(".metrics.jsonl.crc", before, checkpoint);
            }
        };

        /** As people are told. */
        private final String told;

        Damage(String told) {
            this.told = told;
        }

        /** @param before the checkpoint of the step before */
        abstract void to(Path checkpoint, Path before) throws IOException;

        private static void copy(String file, Path from, Path to) throws IOException {
            Files.copy(from.resolve(file), to.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** In the last tensor. What Hadoop has noted of the file goes, as no other storage has such notes. */
    private static void flipBit(Path checkpoint) throws IOException {
        Files.write(checkpoint.resolve(SHARD), flipped(checkpoint.resolve(SHARD)));
        Files.delete(checkpoint.resolve("." + SHARD + ".crc"));
    }

    private static byte[] flipped(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 2] ^= 1;
        return bytes;
    }

    /** A run of four steps to which nothing happens: what all that go on must come to. */
    @BeforeAll
    static void trainUndisturbed(@TempDir Path folder) {
        MicsModel undisturbed = estimator(folder, 4).fit(texts());
        weights = CheckpointedFits.weights(undisturbed);
        history = CheckpointedFits.history(undisturbed);
    }

    /** Of a constant rate: the longer run is the same at its beginning. */
    private static MicsEstimator estimator(Path folder, int steps) {
        return SmallFit.estimator(folder, steps)
                .setWarmUpSteps(0)
                .setMinimumLearningRateRatio(1)
                .setModel(unbroken());
    }

    private static FaultyModel unbroken() {
        return FaultyModel.afterPasses(0, 0, () -> {});
    }

    private MicsEstimator saving(int steps, int kept) {
        return estimator(folder, steps)
                .setCheckpointInterval(1)
                .setKeepCheckpoints(kept)
                .setCheckpointDirectory(checkpoints.toString());
    }

    private Path of(long step) {
        return Path.of(CheckpointedFits.of(checkpoints, step).path().toUri());
    }

    /** In the fourth step the checkpoint of the third is damaged, and the step fails. */
    private FaultyModel damaging(Damage damage) {
        return FaultyModel.afterPasses(IN_THE_FOURTH_STEP, 1, () -> {
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> CheckpointedFits.steps(checkpoints).contains(3L));
            try {
                // Where one alone is kept, the one before is deleted about now.
                damage.to(of(3), CheckpointedFits.steps(checkpoints).contains(2L) ? of(2) : null);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            throw new IllegalStateException("this stage is broken");
        });
    }

    /** The failure is the one restart that is allowed: going on from another checkpoint is none. */
    @ParameterizedTest
    @EnumSource(Damage.class)
    void afterAFailureTheRunGoesOnFromTheOneBefore(Damage damage) {
        MicsModel[] model = new MicsModel[1];
        String said = StandardError.during(() -> model[0] =
                saving(4, 2).setMaxRestarts(1).setModel(damaging(damage)).fit(texts()));

        assertThat(CheckpointedFits.weights(model[0])).isEqualTo(weights);
        assertThat(CheckpointedFits.history(model[0])).isEqualTo(history);
        assertThat(model[0].summary().describe()).containsEntry("attempts", 3).doesNotContainKey("resumedFrom");
        assertThat(said)
                .containsPattern(
                        "Attempt 1 has failed: rank \\d on host \\S+ failed after step 3: Cannot .*" + damage.told
                                + ".* The checkpoint (file:\\S+/step-000000000003-\\S+-0) is damaged, and not used any more\\."
                                + " Attempt 2 goes on from the checkpoint of step 2 with 2 ranks\\.");
        // The damaged one is neither counted nor deleted.
        assertThat(CheckpointedFits.names(checkpoints))
                .anyMatch(name -> name.matches("step-000000000003-.*-0"))
                .anyMatch(name -> name.matches("step-000000000003-.*-2"))
                .anyMatch(name -> name.matches("step-000000000004-.*-2"))
                .hasSize(3);
    }

    @Test
    void whereNoneIsLeftTheRunBeginsAgain() {
        MicsModel[] model = new MicsModel[1];
        String said = StandardError.during(() ->
                model[0] = saving(4, 1).setModel(damaging(Damage.MISSING_SHARD)).fit(texts()));

        assertThat(CheckpointedFits.weights(model[0])).isEqualTo(weights);
        assertThat(said)
                .containsPattern(
                        "is damaged, and not used any more\\. Attempt 2 goes on from the first step with 2 ranks");
    }

    @Test
    void aRunThatGoesOnFromTheLatestTakesTheOneBefore() throws IOException {
        saving(3, 9).fit(texts());
        String latest = real(of(3));
        String before = real(of(2));
        flipBit(of(3));
        MicsModel[] model = new MicsModel[1];
        String said = StandardError.during(() -> model[0] =
                saving(4, 9).setMaxRestarts(0).setResumeFrom("latest").fit(texts()));

        assertThat(CheckpointedFits.weights(model[0])).isEqualTo(weights);
        assertThat(said)
                .containsPattern(
                        Damage.FLIPPED_BIT.told + ".* The checkpoint file:" + Pattern.quote(latest)
                                + " is damaged, and not used any more\\. Attempt 1 goes on from the checkpoint of step 2 with 2");
        assertThat(model[0].summary().describe().get("resumedFrom")).hasToString("{path=file:" + before + ", step=2}");
    }

    @Test
    void whereAllOfARunAreDamagedThatIsTheEnd() throws IOException {
        saving(3, 9).fit(texts());
        for (int step = 1; step <= 3; step++) {
            flipBit(of(step));
        }
        assertThatThrownBy(() -> saving(4, 9).setResumeFrom("latest").fit(texts()))
                .isInstanceOf(IllegalStateException.class)
                .message()
                .contains(
                        " It is not tried again: the checkpoint file:" + real(of(1)) + " is damaged, and its run has no"
                                + " older one that is whole. Set resumeFrom to another one, or leave it empty to begin with new"
                                + " parameters. That was attempt 2, from the checkpoint of step 1, after 2 restarts (attempt 0"
                                + " from the checkpoint of step 3: rank ")
                .doesNotContain("last good checkpoint");
        assertThat(CheckpointedFits.names(checkpoints)).hasSize(3);
    }

    @Test
    void whoNamesOneIsToldAtOnce() throws IOException {
        saving(3, 9).fit(texts());
        flipBit(of(3));
        assertThatThrownBy(() -> saving(4, 9).setResumeFrom(of(3).toString()).fit(texts()))
                .isInstanceOf(IllegalStateException.class)
                .message()
                .containsPattern(Damage.FLIPPED_BIT.told)
                .endsWith(" It is not tried again: the checkpoint file:" + real(of(3)) + ", which resumeFrom names, is"
                        + " damaged. Set resumeFrom to another one, or leave it empty to begin with new parameters.");
    }

    @Test
    void aResultThatIsDamagedIsNotReadAgain() throws IOException {
        AtomicInteger tries = new AtomicInteger();
        LocalSpark.session().conf().set("fs.faulty.impl", FaultyFileSystem.class.getName());
        FaultyFileSystem.set((path, bytes) -> {
            // Just before the shards are read.
            if (path.getName().equals("config.json") && bytes > 0 && tries.getAndIncrement() == 0) {
                flipBit(of(3));
            }
        });
        try {
            assertThatThrownBy(() -> saving(3, 9)
                            .setOptimizer("sgd")
                            .setWorkDirectory("faulty:" + folder)
                            .fit(texts()))
                    .isInstanceOf(IllegalStateException.class)
                    .message()
                    .startsWith("Cannot make a model of what was trained, for it is damaged: Cannot read tensor ")
                    .endsWith(" The last good checkpoint is file:" + real(of(2))
                            + ": go on from it with resumeFrom=file:" + real(of(2)) + ".");
            assertThat(tries).hasValue(1);
        } finally {
            FaultyFileSystem.set((path, bytes) -> {});
        }
    }

    private static String real(Path path) throws IOException {
        return path.toRealPath().toString();
    }
}
