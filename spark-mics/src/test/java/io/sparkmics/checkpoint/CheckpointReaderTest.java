package io.sparkmics.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.checkpoint.manifest.CheckpointId;
import io.sparkmics.checkpoint.manifest.Manifest;
import io.sparkmics.checkpoint.safetensors.TensorType;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hadoop.conf.Configuration;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointReaderTest {

    private static final Configuration HADOOP = new Configuration();
    private static final CheckpointId ID = new CheckpointId("0123456789ab", 0, 10);

    /** Smaller than the group, a multiple of every group, and a prime. */
    private static final SavedUnits UNITS = SavedUnits.of(17, 1, 5, 840, 997);

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void shardsOfAnyGroupAreReadByEveryOther(int p) {
        Manifest written = UNITS.save(folder(), ID, p, HADOOP);

        assertThat(folder().manifest()).isEqualTo(written);
        for (int other = 1; other <= 8; other++) {
            UNITS.requireSame(folder(), other, HADOOP);
        }
    }

    @Test
    void whatWasReadForOneGroupIsWrittenAndReadForOthersAndStaysTheSame() {
        SavedUnits doubles = new SavedUnits(UNITS.units(), List.of("parameters"), TensorType.F64, 18);
        for (int p : new int[] {4, 3, 8, 1}) {
            CheckpointId id = new CheckpointId(ID.runId(), p, 10);
            CheckpointFolder folder = new CheckpointDirectory(LocalFiles.hadoop(directory), HADOOP).folder(id);
            doubles.save(folder, id, p, HADOOP);
            doubles.requireSame(folder, 5, HADOOP);
        }
    }

    @Test
    void anyRangeOfAUnitOfManyBuffersIsRead() {
        SavedUnits large = new SavedUnits(
                List.of(new Manifest.UnitSize("large", 1_500_007)), List.of("parameters"), TensorType.F32, 19);
        large.save(folder(), ID, 3, HADOOP);
        Random random = new Random(19);
        byte[] whole = large.bytes("large/parameters");
        try (CheckpointReader reader = CheckpointReader.open(folder(), HADOOP)) {
            for (int i = 0; i < 20; i++) {
                int from = random.nextInt(1_500_008);
                int count = random.nextInt(1_500_008 - from);
                assertThat(large.read(reader, "large/parameters", from, count))
                        .isEqualTo(Arrays.copyOfRange(whole, 4 * from, 4 * (from + count)));
            }
        }
    }

    @Test
    void whatIsNotInTheUnitIsAnError() {
        UNITS.save(folder(), ID, 3, HADOOP);
        try (CheckpointReader reader = CheckpointReader.open(folder(), HADOOP)) {
            assertThatThrownBy(() -> UNITS.read(reader, "unit1/parameters", 3, 3))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessage("Cannot read tensor unit1/parameters from " + folder()
                            + ": 3 elements from 3 are not in it: the unit has 5.");
            assertThatThrownBy(() -> UNITS.read(reader, "unit1/parameters", -1, 1))
                    .isInstanceOf(CheckpointException.class);
            assertThatThrownBy(() -> UNITS.read(reader, "unit1/parameters", Long.MAX_VALUE, 1))
                    .isInstanceOf(CheckpointException.class);
            assertThatThrownBy(() -> UNITS.read(reader, "unit4/parameters", 0, 1))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageEndingWith(": there is no such tensor. It has " + SavedUnits.ADAM + " of 4 units.");
        }
    }

    /** Another try may succeed there, and none where the bytes are others. */
    @Test
    void aStorageThatDoesNotAnswerIsToldFromDamage() {
        UNITS.save(folder(), ID, 1, HADOOP);
        CheckpointFolder faulty = new CheckpointFolder(
                FaultyFileSystem.path(directory.resolve(ID.folderName())), FaultyFileSystem.configuration());
        AtomicReference<IOException> answer = new AtomicReference<>(new IOException("no answer"));
        FaultyFileSystem.set((path, bytes) -> {
            if (path.getName().endsWith(".safetensors") && answer.get() != null) {
                throw answer.get();
            }
        });
        try (CheckpointReader reader = CheckpointReader.open(faulty, FaultyFileSystem.configuration())) {
            assertThatThrownBy(() -> UNITS.read(reader, "unit1/parameters", 0, 5))
                    .isInstanceOf(StorageException.class)
                    .hasMessageEndingWith(".safetensors: no answer");
            answer.set(new FileNotFoundException("/a/shard (Too many open files)"));
            assertThatThrownBy(() -> UNITS.read(reader, "unit1/parameters", 0, 5))
                    .isInstanceOf(StorageException.class)
                    .hasMessageEndingWith(".safetensors: /a/shard (Too many open files)");
            answer.set(new FileNotFoundException("gone"));
            assertThatThrownBy(() -> UNITS.read(reader, "unit1/parameters", 0, 5))
                    .isInstanceOf(CheckpointDamagedException.class)
                    .hasMessageEndingWith(".safetensors: it is not there (gone)");
            answer.set(null);
            assertThat(UNITS.read(reader, "unit1/parameters", 0, 5)).isEqualTo(UNITS.bytes("unit1/parameters"));
        } finally {
            FaultyFileSystem.set((path, bytes) -> {});
        }
    }

    @Test
    void aStorageThatIsNotMountedAnyMoreIsToldFromDamage() throws IOException {
        UNITS.save(folder(), ID, 1, HADOOP);
        try (CheckpointReader reader = CheckpointReader.open(folder(), HADOOP)) {
            Path mounted = directory.resolveSibling(directory.getFileName() + "-mounted");
            Files.move(directory, mounted);
            try {
                assertThatThrownBy(() -> UNITS.read(reader, "unit1/parameters", 0, 5))
                        .isInstanceOf(StorageException.class)
                        .hasMessageEndingWith("is not there: mount its storage again.");
                assertThatThrownBy(() -> CheckpointReader.open(folder(), HADOOP))
                        .isInstanceOf(StorageException.class);
            } finally {
                Files.move(mounted, directory);
            }
            assertThat(UNITS.read(reader, "unit1/parameters", 0, 5)).isEqualTo(UNITS.bytes("unit1/parameters"));
        }
    }

    @Test
    void aTargetOfAnotherTypeIsAnError() {
        UNITS.save(folder(), ID, 1, HADOOP);
        try (PointerScope scope = new PointerScope();
                CheckpointReader reader = CheckpointReader.open(folder(), HADOOP)) {
            assertThatThrownBy(() -> reader.read(
                            "unit1/parameters", 0, torch.zeros(new long[] {5}, new TensorOptions(ScalarType.Double))))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessage("Cannot read tensor unit1/parameters from " + folder()
                            + ": it is F32, and the target is Double [5]. Give a contiguous CPU tensor of that type.");
        }
    }

    private CheckpointFolder folder() {
        return new CheckpointDirectory(LocalFiles.hadoop(directory), HADOOP).folder(ID);
    }
}
