package io.sparkmics.checkpoint;

import io.sparkmics.checkpoint.manifest.ShardFile;
import io.sparkmics.checkpoint.manifest.ShardFileJson;
import io.sparkmics.checkpoint.safetensors.SafetensorsHeader;
import io.sparkmics.checkpoint.safetensors.SafetensorsWriter;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Writes one rank's shards of a checkpoint. */
public final class ShardWriter {

    private ShardWriter() {}

    /** Gives the tensors of a file one after another, in the order of its header. */
    @FunctionalInterface
    public interface Tensors {

        /** @param writer takes each of them, and has written it when it returns */
        void writeTo(SafetensorsWriter writer) throws IOException;
    }

    /**
     * Writes the shards and then, beside them, their part: what was written, for whoever commits. There is never a part
     * without its whole shard file, and after a failure there is neither.
     *
     * @param folder of the checkpoint; it is made where it is not there
     * @param index the rank in its partition group
     * @param of the size p of the partition group
     * @throws CheckpointException when they cannot be written, or are already there
     */
    public static ShardFile write(
            Path folder, int index, int of, SafetensorsHeader header, Tensors tensors, Configuration hadoop) {
        if (index < 0 || index >= of) {
            throw new IllegalArgumentException("Cannot write shard " + index + " of " + of + " to " + folder + ".");
        }
        Path file = new Path(folder, ShardFile.name(index, of));
        ShardFile shard;
        try (SafetensorsWriter writer = SafetensorsWriter.createInPlace(file, header, hadoop)) {
            StorageCall.run("write " + file, () -> tensors.writeTo(writer));
            writer.commit();
            shard = new ShardFile(file.getName(), header.fileLength(), writer.checksums());
        }
        try {
            ShardFileJson.write(new Path(folder, ShardFile.partName(index, of)), shard, hadoop);
            return shard;
        } catch (RuntimeException failure) {
            StorageCall.discard(file, failure, hadoop);
            throw failure;
        }
    }
}
