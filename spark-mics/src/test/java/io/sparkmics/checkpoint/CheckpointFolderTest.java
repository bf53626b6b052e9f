package io.sparkmics.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.checkpoint.manifest.CheckpointId;
import io.sparkmics.checkpoint.manifest.Manifest;
import io.sparkmics.checkpoint.manifest.ShardFile;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointFolderTest {

    private static final Configuration HADOOP = new Configuration();
    private static final CheckpointId ID = new CheckpointId("0123456789ab", 3, 10);
    private static final SavedUnits UNITS = SavedUnits.of(17, 5, 6);

    @TempDir
    Path directory;

    private CheckpointFolder folder;

    @BeforeEach
    void name() {
        folder = new CheckpointDirectory(LocalFiles.hadoop(directory), HADOOP).folder(ID);
    }

    @Test
    void itsNameSaysWhoseItIs() {
        assertThat(folder.path().getName()).isEqualTo("step-000000000010-0123456789ab-3");
        assertThat(folder.id()).contains(ID);
        for (String other : List.of(
                "step-10-0123456789ab-3",
                "step-000000000010-0123456789AB-3",
                "kept",
                "step-000000000010-0123456789ab-03")) {
            assertThat(CheckpointId.ofFolderName(other)).as(other).isEmpty();
        }
    }

    @Test
    void thePartsAreThereWhenAllRanksHaveWritten() {
        assertThat(folder.parts(2)).isEmpty();
        ShardFile second = UNITS.write(folder, 1, 2, HADOOP);
        assertThat(folder.parts(2)).isEmpty();
        ShardFile first = UNITS.write(folder, 0, 2, HADOOP);

        assertThat(folder.parts(2)).contains(List.of(first, second));
        assertThat(folder.parts(1)).isEmpty();
    }

    @Test
    void aPartThatIsStillWrittenIsNotThere() {
        UNITS.write(folder, 0, 1, HADOOP);
        Path part = LocalFiles.local(folder, "shard-00000-of-00001.json");
        byte[] whole = LocalFiles.read(part);
        for (int length = 0; length < whole.length; length++) {
            LocalFiles.replace(part, Arrays.copyOf(whole, length));
            assertThat(folder.parts(1)).isEmpty();
        }
    }

    @Test
    void aPartThatDoesNotFitItsShardIsAnError() {
        UNITS.write(folder, 0, 1, HADOOP);
        LocalFiles.replace(LocalFiles.local(folder, "shard-00000-of-00001.safetensors"), new byte[10]);

        assertThatThrownBy(() -> folder.parts(1))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("shard-00000-of-00001.safetensors has 10 bytes, and ");
    }

    @Test
    void onlyOneCommitsAndWhatItCommittedStays() {
        Manifest manifest = UNITS.save(folder, ID, 2, HADOOP);

        assertThatThrownBy(() -> folder.commit(UNITS.manifest(ID, manifest.shards())))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("Cannot write " + folder + "/manifest.json: ");
        assertThat(folder.manifest()).isEqualTo(manifest);
    }

    @Test
    void nothingIsCommittedThatIsNotThere() {
        ShardFile shard = UNITS.write(folder, 0, 1, HADOOP);
        ShardFile longer = new ShardFile(shard.file(), shard.length(), shard.tensors());
        Manifest manifest = UNITS.manifest(ID, List.of(longer));
        LocalFiles.replace(LocalFiles.local(folder, shard.file()), new byte[10]);

        assertThatThrownBy(() -> folder.commit(manifest))
                .isInstanceOf(CheckpointException.class)
                .hasMessageEndingWith(" has 10 bytes, and " + shard.length() + " were written. Use another one.");
        assertThatThrownBy(() -> folder.commit(UNITS.manifest(new CheckpointId(ID.runId(), 4, 10), List.of(shard))))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(
                        "its manifest is of step 10 of run 0123456789ab, attempt 4, and the folder is of ");
        assertThat(LocalFiles.local(folder, "manifest.json")).doesNotExist();
    }

    @Test
    void aShardIsNotWrittenTwice() {
        UNITS.write(folder, 0, 1, HADOOP);

        assertThatThrownBy(() -> UNITS.write(folder, 0, 1, HADOOP))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(
                        "Cannot write " + folder + "/shard-00000-of-00001.safetensors: it exists. Delete it first or"
                                + " choose another folder.");
        assertThat(folder.parts(1)).isPresent();
    }

    @Test
    void itIsGoneWhenItIsDeleted() {
        UNITS.save(folder, ID, 2, HADOOP);
        folder.delete();
        folder.delete();

        assertThat(directory).isEmptyDirectory();
    }
}
