package io.sparkmics.engine.trial;

import io.sparkmics.engine.device.Native;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.stage.Activation;
import io.sparkmics.engine.stage.MicroBatch;
import io.sparkmics.engine.stage.StagePass;
import io.sparkmics.model.LanguageModel;
import io.sparkmics.model.Model;
import io.sparkmics.model.Stage;
import io.sparkmics.model.Tokens;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Runs a model on made-up tokens, so that what is wrong with a stage is said before ranks start: forward and backward on two
 * short sequences, then forward on one of full length. Stage by stage: the weights of one are there at a time. On the CPU, by
 * the calling thread.
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
    private final int vocabularySize;
    private final ScalarType type;
    private final boolean andBack;

    private ModelTrial(Model model, int vocabularySize, ScalarType type, boolean andBack) {
        this.model = model;
        this.stages = model.stages();
        this.vocabularySize = vocabularySize;
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
        ScalarType type = precision == Precision.BFLOAT16 ? ScalarType.Float : precision.compute();
        if (model.stages().stream().anyMatch(stage -> WholeStage.bytes(stage, type) > MOST_BYTES)) {
            return Optional.empty();
        }
        ModelTrial thorough = new ModelTrial(model, vocabularySize, type, true);
        if (context > SHORT && thorough.problem(SEVERAL, SHORT).isEmpty()) {
            return new ModelTrial(model, vocabularySize, type, false).problem(1, context);
        }
        // Who can compute sequences of one length only is tried with that.
        return thorough.problem(SEVERAL, context);
    }

    private Optional<String> problem(int sequences, int length) {
        try (MicroBatch batch = madeUp(sequences, length)) {
            run(batch);
            return Optional.empty();
        } catch (Refused refused) {
            return Optional.of(refused.getMessage());
        }
    }

    /** The last token of the vocabulary is the first; the end of the last sequence is padding. */
    private MicroBatch madeUp(int sequences, int length) {
        int[] tokens = new int[sequences * (length + 1)];
        Arrays.setAll(tokens, i -> vocabularySize - 1 - i % vocabularySize);
        Arrays.fill(tokens, tokens.length - length / 2, tokens.length, -1);
        return new MicroBatch(Tokens.tensor(tokens, sequences), 0, new int[sequences], new double[sequences]);
    }

    private void run(MicroBatch batch) {
        StagePass pass = new StagePass(batch, 0, true);
        Tensor input = Native.keep(new Tensor(batch.data()));
        try {
            for (int index = 0; index < stages.size(); index++) {
                if (index == stages.size() - 1 && model instanceof LanguageModel language) {
                    checkLogits(language.logits(), input, pass);
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

    /** Text is generated after the training; that it can be is found here, for the last of the tokens as there. */
    private void checkLogits(Stage logits, Tensor input, StagePass pass) {
        if (logits == null || !model.units().containsAll(logits.units())) {
            throw new Refused(
                    "Cannot train the model: its logits() are null, or read a unit that no stage names. Make them"
                            + " of what the last stage reads.");
        }
        try (PointerScope scope = new PointerScope();
                WholeStage whole = new WholeStage(logits, type);
                Activation activation = whole.bound().forward(input.narrow(1, input.size(1) - 1, 1), pass)) {
            Tensor output = activation.output();
            if (!output.is_floating_point()
                    || output.dim() != 3
                    || output.size(1) != 1
                    || output.size(2) != vocabularySize) {
                throw new Refused("Cannot train the model: its logits() make " + StageTrial.describe(output)
                        + " of the last token of each sequence. Make them floating point of shape ["
                        + pass.data().size(0) + ", 1, " + vocabularySize + "] here.");
            }
        } catch (Refused refused) {
            throw refused;
        } catch (RuntimeException e) {
            throw new Refused(
                    "Cannot train the model: its logits(), beside stage " + stages.size() + " of " + stages.size()
                            + " (" + logits.getClass().getName() + "), fail on the last token of each sequence: "
                            + StageTrial.reason(e) + ". "
                            + StageTrial.remedy(e, "Let the stage before the last hand on [b, t, ...]") + ".");
        }
    }
}
