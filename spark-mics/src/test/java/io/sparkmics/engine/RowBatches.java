package io.sparkmics.engine;

import io.sparkmics.engine.stage.MicroBatch;
import io.sparkmics.model.RowLayout;
import io.sparkmics.model.Rows;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Rows dealt to ranks as the data deals them: in turns, slot by slot.
 *
 * @param globalBatch rows of a step over all ranks
 */
record RowBatches(RowLayout layout, int globalBatch, RowSource rows) {

    record WeightedRow(int[] words, double weight) {}

    @FunctionalInterface
    interface RowSource {
        WeightedRow at(long step, int slot);
    }

    /** A rank's micro-batches of a step, in float64. */
    List<MicroBatch> of(long step, int rank, int worldSize, int microBatchSize) {
        List<MicroBatch> batches = new ArrayList<>();
        for (int first = rank; first < globalBatch; first += worldSize * microBatchSize) {
            int[] words = new int[microBatchSize * layout.words()];
            int[] slots = new int[microBatchSize];
            double[] weights = new double[microBatchSize];
            for (int i = 0; i < microBatchSize; i++) {
                slots[i] = first + i * worldSize;
                WeightedRow row = rows.at(step, slots[i]);
                System.arraycopy(row.words(), 0, words, i * layout.words(), layout.words());
                weights[i] = row.weight();
            }
            batches.add(MicroBatch.ofColumns(
                    Rows.tensors(layout, words, microBatchSize, ScalarType.Double), step, slots, weights));
        }
        return batches;
    }
}
