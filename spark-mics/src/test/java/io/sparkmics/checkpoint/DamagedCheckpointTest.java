package io.sparkmics.checkpoint;

import static io.sparkmics.checkpoint.LocalFiles.local;
import static io.sparkmics.checkpoint.LocalFiles.read;
import static io.sparkmics.checkpoint.LocalFiles.replace;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.checkpoint.manifest.CheckpointId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.hadoop.conf.Configuration;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing that happens to a checkpoint's files is loaded. */
class DamagedCheckpointTest {

    private static final Configuration HADOOP = new Configuration();
    private static final CheckpointId ID = new CheckpointId("0123456789ab", 0, 10);
    private static final String FIRST = "shard-00000-of-00002.safetensors";
    private static final String SECOND = "shard-00001-of-00002.safetensors";
    private static final String MANIFEST = "manifest.json";
    private static final SavedUnits UNITS = SavedUnits.of(17, 5, 6);

    @TempDir
    Path directory;

    private CheckpointFolder folder;

    @BeforeEach
    void save() {
        folder = folder(ID);
        UNITS.save(folder, ID, 2, HADOOP);
    }

    @Test
    void aFlippedBitAnywhereInAShardIsNoticed() {
        Path shard = local(folder, SECOND);
        byte[] whole = read(shard);
        int data = whole.length - 3 * (3 + 3) * 4;
        for (int at = 0; at < whole.length; at++) {
            byte[] changed = whole.clone();
            changed[at] ^= (byte) (1 << at % 8);
            replace(shard, changed);

            int unit = (at - data) / 36;
            int kind = (at - data) % 36 / 12;
            refused()
                    .hasMessageContaining(SECOND)
                    .hasMessageContaining(
                            at < data
                                    ? "Cannot read "
                                    : "Cannot read tensor unit" + unit + "/" + SavedUnits.ADAM.get(kind) + " from ");
        }
    }

    @Test
    void aFlippedBitAnywhereInTheManifestIsNoticed() {
        Path manifest = local(folder, MANIFEST);
        byte[] whole = read(manifest);
        for (int at = 0; at < whole.length; at++) {
            byte[] changed = whole.clone();
            changed[at] ^= (byte) (1 << at % 8);
            replace(manifest, changed);

            refused().hasMessageContaining(MANIFEST).hasMessageContaining("damaged");
        }
    }

    @Test
    void aManifestThatIsCutAnywhereIsNoticed() {
        Path manifest = local(folder, MANIFEST);
        byte[] whole = read(manifest);
        for (int length = 0; length < whole.length; length++) {
            replace(manifest, Arrays.copyOf(whole, length));

            refused().hasMessageContaining(MANIFEST).hasMessageContaining("it is cut short or damaged");
        }
    }

    @Test
    void aShardThatIsCutOrGoesOnIsNoticedBeforeItIsRead() {
        byte[] whole = read(local(folder, FIRST));
        for (int length : new int[] {0, 7, 8, whole.length - 1, whole.length + 1}) {
            replace(local(folder, FIRST), Arrays.copyOf(whole, length));

            assertThatThrownBy(folder::manifest)
                    .isInstanceOf(CheckpointException.class)
                    .hasMessage("Cannot use the checkpoint " + folder + ": " + FIRST + " has " + length + " bytes, and "
                            + whole.length + " were written. Use another one.");
        }
    }

    @Test
    void aMissingShardIsNoticedBeforeItIsRead() throws IOException {
        Files.delete(local(folder, SECOND));

        assertThatThrownBy(folder::manifest)
                .isInstanceOf(CheckpointException.class)
                .hasMessage("Cannot use the checkpoint " + folder + ": " + SECOND + " is missing. Use another one.");
    }

    @Test
    void aMissingManifestIsNoticed() throws IOException {
        Files.delete(local(folder, MANIFEST));

        refused()
                .hasMessage("Cannot use the checkpoint " + folder
                        + ": it has no manifest.json, so it was not written to its end. Use another one.");
    }

    @Test
    void swappedShardsAreNoticed() {
        LocalFiles.swap(local(folder, FIRST), local(folder, SECOND));

        refused()
                .hasMessageContaining("Cannot read tensor unit0/parameters from ")
                .hasMessageContaining(FIRST);
    }

    @Test
    void swappedTensorsAreNoticed() {
        Path shard = local(folder, FIRST);
        byte[] changed = read(shard);
        int data = changed.length - 72;
        byte[] parameters = Arrays.copyOfRange(changed, data, data + 12);
        System.arraycopy(changed, data + 12, changed, data, 12);
        System.arraycopy(parameters, 0, changed, data + 12, 12);
        replace(shard, changed);

        refused()
                .hasMessageContaining("Cannot read tensor unit0/parameters from ")
                .hasMessageContaining(FIRST);
    }

    @Test
    void tensorsWithSwappedNamesAreNoticed() {
        Path shard = local(folder, FIRST);
        String text = new String(read(shard), StandardCharsets.ISO_8859_1);
        replace(
                shard,
                text.replace("unit0", "unit?")
                        .replace("unit1", "unit0")
                        .replace("unit?", "unit1")
                        .getBytes(StandardCharsets.ISO_8859_1));

        refused()
                .hasMessageContaining(FIRST)
                .hasMessageContaining(
                        "its tensor 0 is TensorInfo[name=unit1/parameters, type=F32, shape=[3]], and TensorInfo[name="
                                + "unit0/parameters, type=F32, shape=[3]] was written");
    }

    @Test
    void aShardOfAnotherStepIsNoticed() {
        CheckpointId other = new CheckpointId(ID.runId(), 0, 5);
        SavedUnits.of(18, 5, 6).save(folder(other), other, 2, HADOOP);
        replace(local(folder, SECOND), read(local(folder(other), SECOND)));

        refused()
                .hasMessageContaining("Cannot read tensor unit0/parameters from ")
                .hasMessageContaining(SECOND);
    }

    @Test
    void aManifestOfAnotherRunOrStepIsNoticed() {
        for (CheckpointId other : new CheckpointId[] {
            new CheckpointId("ba9876543210", 0, 10),
            new CheckpointId(ID.runId(), 1, 10),
            new CheckpointId(ID.runId(), 0, 5)
        }) {
            UNITS.save(folder(other), other, 2, HADOOP);
            replace(local(folder, MANIFEST), read(local(folder(other), MANIFEST)));

            refused()
                    .hasMessage("Cannot use the checkpoint " + folder + ": its manifest is of " + other
                            + ", and the folder is of " + ID + ". Use another one.");
        }
    }

    @Test
    void aManifestOfAnotherRunIsNoticedInAFolderOfAnyName() {
        CheckpointFolder kept = new CheckpointFolder(LocalFiles.hadoop(directory.resolve("kept")), HADOOP);
        UNITS.save(kept, ID, 2, HADOOP);
        UNITS.requireSame(kept, 3, HADOOP);

        CheckpointId other = new CheckpointId("ba9876543210", 0, 10);
        SavedUnits.of(18, 5, 6).save(folder(other), other, 2, HADOOP);
        replace(local(kept, MANIFEST), read(local(folder(other), MANIFEST)));
        assertThatThrownBy(() -> UNITS.requireSame(kept, 1, HADOOP))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("Cannot read tensor unit0/parameters from ")
                .hasMessageContaining(FIRST);
    }

    private AbstractThrowableAssert<?, ? extends Throwable> refused() {
        return assertThatThrownBy(() -> UNITS.requireSame(folder, 1, HADOOP)).isInstanceOf(CheckpointException.class);
    }

    private CheckpointFolder folder(CheckpointId id) {
        return new CheckpointDirectory(LocalFiles.hadoop(directory), HADOOP).folder(id);
    }
}
