package io.sparkmics.engine.trial;

import io.sparkmics.engine.device.Native;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.stage.MicroBatch;
import io.sparkmics.engine.stage.StagePass;
import io.sparkmics.model.LanguageModel;
import io.sparkmics.model.Model;
import io.sparkmics.model.Predictor;
import io.sparkmics.model.RowLayout;
import io.sparkmics.model.Stage;
import io.sparkmics.model.Tokens;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Runs a model on made-up tokens or rows, so that what is wrong with a stage is said before ranks start: forward and backward
 * on two short sequences, then forward on one of full length, or on two rows; and forward on two documents, where stages read
 * what is past, and on rows with more and less padding, where that is to make no difference. Stage by stage: the weights of one are there at a
 * time. On the CPU, by the calling thread.
 */
public final class ModelTrial {

    /** More than one: a result that mixes them up shows. */
    private static final int SEVERAL = 2;

    private static final int SHORT = 16;

    /** A machine that never was to hold this model's weights should not die of them. */
    private static final long MOST_BYTES = 1L << 30;

    /** Says what is wrong, as a sentence for the user. */
    static final class Refused extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Refused(String message) {
            super(message);
        }
    }

    private final Model model;
    private final List<Stage> stages;

    /** Token ids, or numbers that are predicted. */
    private final int outputs;

    private final ScalarType type;
    private final boolean andBack;

    private ModelTrial(Model model, int outputs, ScalarType type, boolean andBack) {
        this.model = model;
        this.stages = model.stages();
        this.outputs = outputs;
        this.type = type;
        this.andBack = andBack;
    }

    /**
     * The first thing that is wrong, as a sentence for the user; empty where nothing is, or where a stage has more than 1 GiB
     * of weights: such models are not tried. libtorch must have been loaded.
     *
     * @param precision of the training; bfloat16 is tried in float32, since many processors take minutes for it
     */
    public static Optional<String> problem(Model model, int context, int vocabularySize, Precision precision) {
        ScalarType type = tried(precision);
        if (tooLarge(model, type)) {
            return Optional.empty();
        }
        ModelTrial thorough = new ModelTrial(model, vocabularySize, type, true);
        // Who can compute sequences of one length only is tried with that.
        Optional<String> problem =
                context > SHORT && thorough.problem(SEVERAL, SHORT).isEmpty()
                        ? new ModelTrial(model, vocabularySize, type, false).problem(1, context)
                        : thorough.problem(SEVERAL, context);
        return problem.or(() -> thorough.pastProblem(context));
    }

    private Optional<String> pastProblem(int context) {
        boolean read = model instanceof LanguageModel language && language.readsPast();
        return read && PastTrial.possible(context, outputs)
                ? refusal(() -> new PastTrial(stages, outputs, type).run(context))
                : Optional.empty();
    }

    private static Optional<String> refusal(Runnable trial) {
        try {
            trial.run();
            return Optional.empty();
        } catch (Refused refused) {
            return Optional.of(refused.getMessage());
        }
    }

    /** The same of a model that reads columns of rows. */
    public static Optional<String> problem(Model model, MadeUpRows rows, Precision precision) {
        ScalarType type = tried(precision);
        if (tooLarge(model, type)) {
            return Optional.empty();
        }
        return new ModelTrial(model, rows.outputs(), type, true)
                .problem(rows.batch(SEVERAL, type))
                .or(() -> paddingProblem(model, rows, type));
    }

    private static Optional<String> paddingProblem(Model model, MadeUpRows rows, ScalarType type) {
        return rows.isPaddedToLongest() && model instanceof Predictor predictor
                ? refusal(() -> new PaddingTrial(predictor, rows, type).run(SEVERAL))
                : Optional.empty();
    }

    private static ScalarType tried(Precision precision) {
        return precision == Precision.BFLOAT16 ? ScalarType.Float : precision.compute();
    }

    private static boolean tooLarge(Model model, ScalarType type) {
        return model.stages().stream().anyMatch(stage -> WholeStage.bytes(stage, type) > MOST_BYTES);
    }

    private Optional<String> problem(int sequences, int length) {
        return problem(madeUp(sequences, length));
    }

    private Optional<String> problem(MicroBatch madeUp) {
        try (MicroBatch batch = madeUp) {
            return refusal(() -> run(batch));
        }
    }

    /** The last token of the vocabulary is the first; the end of the last sequence is padding. */
    private MicroBatch madeUp(int sequences, int length) {
        int[] tokens = new int[sequences * (length + 1)];
        Arrays.setAll(tokens, i -> outputs - 1 - i % outputs);
        Arrays.fill(tokens, tokens.length - length / 2, tokens.length, -1);
        return new MicroBatch(Tokens.tensor(tokens, sequences), 0, new int[sequences], new double[sequences]);
    }

    private void run(MicroBatch batch) {
        StagePass pass = new StagePass(batch, 0, true);
        Tensor input = Native.keep(new Tensor(batch.data()));
        try {
            for (int index = 0; index < stages.size(); index++) {
                if (index == stages.size() - 1) {
                    checkHeads(input, pass);
                }
                Tensor output =
                        new StageTrial(stages.get(index), index + 1, stages.size(), type, andBack).run(input, pass);
                Native.close(input);
                input = output;
            }
        } finally {
            Native.close(input);
        }
    }

    /** What stands for the last stage after the training; that it works is found here. */
    private void checkHeads(Tensor input, StagePass pass) {
        long sequences = pass.data().size(0);
        if (model instanceof LanguageModel language) {
            // Text is generated of the last token only.
            new HeadTrial("logits()", language.logits(), type, new long[] {sequences, 1, outputs})
                    .run(
                            model,
                            () -> input.narrow(1, input.size(1) - 1, 1),
                            pass,
                            "the last token of each sequence",
                            "[b, t, ...]");
        } else if (model instanceof Predictor predictor) {
            new HeadTrial("prediction()", predictor.prediction(), type, new long[] {sequences, outputs})
                    .run(
                            model,
                            () -> input,
                            withoutLabel(pass),
                            "rows without their label",
                            "what a prediction is made of");
        }
    }

    /** As where rows are scored; its tensors are those of the other. */
    private static StagePass withoutLabel(StagePass pass) {
        MicroBatch batch = pass.batch();
        Map<String, Tensor> inputs = new LinkedHashMap<>(batch.columns());
        inputs.remove(RowLayout.LABEL);
        return new StagePass(
                new MicroBatch(batch.data(), inputs, batch.step(), batch.slots(), batch.weights()), 0, false);
    }
}
