package io.sparkmics.model.lora;

import io.sparkmics.model.InputColumn;
import io.sparkmics.model.ModelConfig;
import java.util.List;
import java.util.Map;

/** A model whose parameters stay as they are, with adapters. */
public record LoraConfig(ModelConfig base, Lora lora) implements ModelConfig {

    /** @throws IllegalArgumentException when the model has no such projections */
    @Override
    public LoraModel build() {
        return LoraModel.of(base.build(), lora);
    }

    @Override
    public List<InputColumn> inputs() {
        return base.inputs();
    }

    @Override
    public int context() {
        return base.context();
    }

    @Override
    public int vocabularySize() {
        return base.vocabularySize();
    }

    /** The base's, which is what the model is once its adapters are merged. */
    @Override
    public Map<String, Object> describe() {
        return base.describe();
    }
}
