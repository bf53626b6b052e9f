package io.sparkmics.checkpoint.pretrained;

import io.sparkmics.model.GptConfig;
import io.sparkmics.model.ModelConfig;
import io.sparkmics.model.bert.BertConfig;
import io.sparkmics.model.bert.BertSequenceConfig;
import io.sparkmics.model.llama.LlamaConfig;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The models of Hugging Face's library that there are here too. */
final class Architectures {

    private Architectures() {}

    /** Whether the model that it describes hides tokens by a special one. */
    static boolean hidesTokens(Map<String, ?> config) {
        return BertConfig.FAMILY.equals(config.get("model_type"));
    }

    /**
     * The configuration of the model that a {@code config.json} describes.
     *
     * @param config what it says
     * @throws IllegalArgumentException when there is no such model here, or it has something that ours has not
     */
    static ModelConfig of(Map<String, ?> config) {
        String type = String.valueOf(config.get("model_type"));
        if (type.equals(GptConfig.FAMILY)) {
            return GptConfig.of(config);
        }
        if (LlamaConfig.FAMILIES.contains(type)) {
            return LlamaConfig.of(config);
        }
        if (type.equals(BertConfig.FAMILY)) {
            boolean ofSequences = config.get("architectures") instanceof List<?> names
                    && names.contains(BertSequenceConfig.ARCHITECTURE);
            return ofSequences ? BertSequenceConfig.of(config) : BertConfig.of(config);
        }
        Set<String> known = new TreeSet<>(LlamaConfig.FAMILIES);
        known.add(BertConfig.FAMILY);
        known.add(GptConfig.FAMILY);
        throw new IllegalArgumentException("Cannot build the model that config.json describes: its model_type is "
                + type + ", and " + String.join(", ", known) + " are known. Call setModel with a model of your own.");
    }
}
