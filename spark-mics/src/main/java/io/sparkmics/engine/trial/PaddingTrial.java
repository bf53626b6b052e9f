package io.sparkmics.engine.trial;

import io.sparkmics.engine.device.Native;
import io.sparkmics.engine.stage.Activation;
import io.sparkmics.engine.stage.MicroBatch;
import io.sparkmics.engine.stage.StagePass;
import io.sparkmics.model.Predictor;
import java.util.Arrays;
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

    private static final String WHAT = "Cannot train the model: an input column is paddedToLongest(), and ";

    /** @throws ModelTrial.Refused where it does not, or fails on it */
    void run(int count) {
        double[] toLongest = predictions(rows.half(count, type));
        double[] toMaxLength = predictions(rows.paddedToMaxLength().half(count, type));
        if (toLongest.length != toMaxLength.length || !alike(toLongest, toMaxLength)) {
            throw new ModelTrial.Refused(
                    WHAT + "of the same rows it predicts something else where there is more padding"
                            + " behind them. Let nothing depend on tokens that are -1, or declare the column without it.");
        }
    }

    /** Of a row without a token there may be nothing to say: no number, then, with more padding too. */
    private static boolean alike(double[] some, double[] others) {
        double largest = Arrays.stream(others)
                .filter(number -> !Double.isNaN(number))
                .map(Math::abs)
                .max()
                .orElse(0);
        for (int i = 0; i < others.length; i++) {
            boolean same = Double.isNaN(others[i])
                    ? Double.isNaN(some[i])
                    : Math.abs(some[i] - others[i]) <= TOLERANCE * largest;
            if (!same) {
                return false;
            }
        }
        return true;
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
            } catch (RuntimeException e) {
                throw new ModelTrial.Refused(WHAT + "its prediction() fails on rows of "
                        + batch.data().size(1)
                        + " tokens: " + StageTrial.reason(e)
                        + ". Let it compute rows of any length, or declare the column without it.");
            } finally {
                Native.close(input);
            }
        }
    }
}
