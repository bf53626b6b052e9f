package io.sparkmics.engine.trial;

import io.sparkmics.engine.device.Native;
import io.sparkmics.engine.stage.MicroBatch;
import io.sparkmics.engine.stage.StagePass;
import io.sparkmics.model.SeparateDocuments;
import io.sparkmics.model.Stage;
import io.sparkmics.model.Tokens;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Whether the stages of a model that says it reads what is past do so: of two equal documents in one sequence what the last
 * stage is given must be equal. Without it text would be generated, and separate documents trained, as something else.
 */
record PastTrial(List<Stage> stages, int vocabularySize, ScalarType type) {

    private static final int LONGEST = 8;

    /** What float32 rounds off is far less, and what another document adds far more. */
    private static final double TOLERANCE = 1e-3;

    /** Needs two tokens, one of which ends a document, and room for two documents. */
    static boolean possible(int context, int vocabularySize) {
        return context >= 4 && vocabularySize >= 2;
    }

    /** @throws ModelTrial.Refused where they do not, or fail on it */
    void run(int context) {
        int length = Math.min(LONGEST, context / 2);
        // Token 0 ends a document, and the sequence ends with the first of a third.
        int[] tokens = IntStream.rangeClosed(1, 2 * length + 1)
                .map(i -> i % length == 0 ? 0 : 1 + i % length % (vocabularySize - 1))
                .toArray();
        try (MicroBatch batch = new MicroBatch(Tokens.tensor(tokens, 1), 0, new int[1], new double[1]);
                SeparateDocuments documents = new SeparateDocuments(batch.data(), 0, type)) {
            compare(Trunk.handedOn(stages, type, new StagePass(batch, 0, false, Optional.of(documents))), length);
        }
    }

    /** @param handedOn closed here; of another shape than [1, t, ...] nothing is known of its documents */
    private static void compare(Tensor handedOn, int length) {
        try (PointerScope scope = new PointerScope()) {
            if (handedOn.dim() < 2 || handedOn.size(1) != 2L * length || !handedOn.is_floating_point()) {
                return;
            }
            Tensor first = handedOn.narrow(1, 0, length);
            double difference =
                    first.sub(handedOn.narrow(1, length, length)).abs().max().item_double();
            if (difference > TOLERANCE * first.abs().max().item_double()) {
                throw new ModelTrial.Refused(
                        "Cannot train the model: its readsPast() is true, and of two equal documents"
                                + " in a sequence the second is not computed as the first. Let each stage that looks at other"
                                + " tokens, or at positions, ask past() of the pass, or let readsPast() be false.");
            }
        } finally {
            Native.close(handedOn);
        }
    }
}
