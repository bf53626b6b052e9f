package io.sparkmics.engine;

import io.sparkmics.model.GptConfig;
import io.sparkmics.model.ModelConfig;
import io.sparkmics.model.bert.BertConfig;
import io.sparkmics.model.bert.BertSequenceConfig;
import io.sparkmics.model.bert.BertSizes;
import io.sparkmics.model.llama.LlamaConfig;
import io.sparkmics.plan.ActivationModel;
import io.sparkmics.plan.step.EncoderActivations;
import io.sparkmics.plan.step.EncoderSizes;
import io.sparkmics.plan.step.LlamaActivations;
import io.sparkmics.plan.step.LlamaSizes;
import java.util.Optional;

/** What our own transformers keep: known tensor by tensor, of their sizes. */
final class CountedActivations {

    private static final String FROM_RESULT = "relu";

    private CountedActivations() {}

    /**
     * Empty where it is none of them: a user's own, one with adapters, a perceptron.
     *
     * @param cuda whether it is trained on GPUs
     */
    static Optional<ActivationModel> of(ModelConfig config, EngineSettings settings, boolean cuda) {
        if (config instanceof GptConfig gpt) {
            return Optional.of(settings.workload(gpt, cuda).activations());
        }
        if (config instanceof LlamaConfig llama) {
            return Optional.of(new LlamaActivations(sizes(llama), settings.recipe(false, cuda)).model());
        }
        if (config instanceof BertConfig bert) {
            return Optional.of(encoder(bert, settings, cuda).languageModel());
        }
        if (config instanceof BertSequenceConfig sequence) {
            return Optional.of(encoder(sequence.encoder(), settings, cuda).predictor());
        }
        return Optional.empty();
    }

    private static LlamaSizes sizes(LlamaConfig config) {
        return new LlamaSizes(
                config.layers(),
                config.heads(),
                config.keyValueHeads(),
                config.headSize(),
                config.width(),
                config.feedForwardWidth(),
                config.vocabularySize());
    }

    private static EncoderActivations encoder(BertConfig config, EngineSettings settings, boolean cuda) {
        BertSizes sizes = config.sizes();
        return new EncoderActivations(
                new EncoderSizes(
                        sizes.layers(),
                        sizes.heads(),
                        sizes.width(),
                        sizes.feedForwardWidth(),
                        sizes.vocabularySize(),
                        sizes.activation().equals(FROM_RESULT)),
                settings.recipe(sizes.dropout() > 0, cuda));
    }
}
