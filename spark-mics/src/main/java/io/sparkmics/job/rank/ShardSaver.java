package io.sparkmics.job.rank;

import io.sparkmics.checkpoint.CheckpointFolder;
import io.sparkmics.checkpoint.ShardWriter;
import io.sparkmics.checkpoint.StorageCall;
import io.sparkmics.checkpoint.manifest.Manifest;
import io.sparkmics.checkpoint.manifest.ShardFile;
import io.sparkmics.checkpoint.safetensors.SafetensorsHeader;
import io.sparkmics.checkpoint.safetensors.SafetensorsWriter;
import io.sparkmics.checkpoint.safetensors.TensorInfo;
import io.sparkmics.checkpoint.safetensors.TensorType;
import io.sparkmics.engine.shard.StateCopy;
import io.sparkmics.monitor.MetricsFile;
import io.sparkmics.monitor.StepMetrics;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * Writes one rank's part of a checkpoint: the steps until then from rank 0, the rank's shards, and last what says that they are
 * whole.
 *
 * @param index of the rank in the partition group that writes
 * @param of how many ranks that has, p
 * @param copy what is written, taken before
 * @param type of all its elements
 */
record ShardSaver(
        Saving saving, Attempt attempt, int index, int of, StateCopy copy, TensorType type, Configuration hadoop) {

    /**
     * @param step how many are done
     * @param history all of them; from rank 0 only
     * @throws io.sparkmics.checkpoint.CheckpointException when the storage does not take it; nothing of this rank is there then
     */
    ShardFile write(long step, List<StepMetrics> history) {
        Path folder = saving.folder(attempt.id(step));
        if (index == 0) {
            Path metrics = new Path(folder, CheckpointFolder.METRICS);
            StorageCall.run("write " + metrics, () -> MetricsFile.write(metrics, history, hadoop));
        }
        return ShardWriter.write(folder, index, of, header(), this::writeTo, hadoop);
    }

    private SafetensorsHeader header() {
        return SafetensorsHeader.of(copy.layout().shards().stream()
                .flatMap(shard -> copy.kinds(shard.unit()).stream()
                        .map(kind -> new TensorInfo(
                                Manifest.tensorName(shard.unit().name(), kind.tensorName()),
                                type,
                                List.of(shard.size()))))
                .toList());
    }

    private void writeTo(SafetensorsWriter writer) throws IOException {
        copy.forEach((unit, kind, shard) -> writer.write(Manifest.tensorName(unit.name(), kind.tensorName()), shard));
    }
}
