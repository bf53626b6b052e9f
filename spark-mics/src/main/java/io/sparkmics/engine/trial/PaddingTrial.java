package io.sparkmics.engine.trial;

import io.sparkmics.engine.device.Native;
import io.sparkmics.engine.stage.Activation;
import io.sparkmics.engine.stage.MicroBatch;
import io.sparkmics.engine.stage.StagePass;
import io.sparkmics.model.Predictor;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Whether a model whose tokens are padded to the longest row predicts the same of rows however much padding is behind them.
 * Without it a row would be another one beside each other row.
 */
record PaddingTrial(Predictor model, MadeUpRows rows, ScalarType type) {

    /** What float32 rounds off is far less, and what padding that is looked at changes far more. */
    private static final double TOLERANCE = 1e-3;

    /** @throws ModelTrial.Refused where it does not, or fails on it */
    void run(int count) {
        double[] toLongest = predictions(rows.half(count, type));
        double[] toMaxLength = predictions(rows.paddedToMaxLength().half(count, type));
        double largest = 0;
        double difference = 0;
        for (int i = 0; i < toMaxLength.length; i++) {
            largest = Math.max(largest, Math.abs(toMaxLength[i]));
            difference = Math.max(difference, Math.abs(toMaxLength[i] - toLongest[i]));
        }
        if (difference > TOLERANCE * largest) {
            throw new ModelTrial.Refused(
                    "Cannot train the model: an input column is paddedToLongest(), and of the same rows"
                            + " it predicts something else where there is more padding behind them. Let nothing depend on tokens"
                            + " that are -1, or declare the column without it.");
        }
    }

    /** @param batch closed here */
    private double[] predictions(MicroBatch batch) {
        try (batch) {
            StagePass pass = new StagePass(batch, 0, false);
            Tensor input = Trunk.handedOn(model.stages(), type, pass);
            try (PointerScope scope = new PointerScope();
                    WholeStage head = new WholeStage(model.prediction(), type);
                    Activation activation = head.bound().forward(input, pass)) {
                Tensor values = activation.output().to(ScalarType.Double).contiguous();
                double[] predictions = new double[Math.toIntExact(values.numel())];
                new DoublePointer(values.data_ptr()).get(predictions);
                return predictions;
            } finally {
                Native.close(input);
            }
        }
    }
}
