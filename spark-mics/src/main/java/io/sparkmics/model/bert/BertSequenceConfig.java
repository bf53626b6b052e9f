package io.sparkmics.model.bert;

import static io.sparkmics.model.bert.BertSizes.require;

import io.sparkmics.model.InputColumn;
import io.sparkmics.model.PredictorConfig;
import java.util.List;
import java.util.Map;

/**
 * What makes a {@link BertSequence}. Immutable: each setter gives a changed copy.
 *
 * @param encoder its sizes, and how many tokens of a sequence are read
 * @param outputs classes, or 1; 0 where the data is to say how many classes there are
 * @param classifies whether labels are classes
 * @param labels names of the classes, for {@code config.json}; empty where they have none
 * @param dropout probability of dropping what the label is made of, in [0, 1)
 */
public record BertSequenceConfig(
        BertConfig encoder, int outputs, boolean classifies, List<String> labels, double dropout)
        implements PredictorConfig {

    /** What {@code architectures} says in its {@code config.json}. */
    public static final String ARCHITECTURE = "BertForSequenceClassification";

    public BertSequenceConfig {
        labels = List.copyOf(labels);
        require(
                classifies ? outputs == 0 || outputs > 1 : outputs == 1,
                "outputs = " + outputs + " must be " + (classifies ? "0, or 2 or more classes" : "1"));
        require(
                labels.isEmpty() || labels.size() == outputs,
                "labels = " + labels + " must be as many as outputs = " + outputs);
        require(dropout >= 0 && dropout < 1, "dropout = " + dropout + " must be in [0, 1)");
    }

    /**
     * What the {@code config.json} of such a model describes: see {@link BertConfig#of}.
     *
     * @throws IllegalArgumentException with everything that is not as in a {@link BertSequence}
     */
    public static BertSequenceConfig of(Map<String, ?> description) {
        return BertDescription.readSequence(description);
    }

    /** The names stay where there are as many. */
    @Override
    public BertSequenceConfig withOutputs(int changed) {
        return new BertSequenceConfig(encoder, changed, classifies, changed == outputs ? labels : List.of(), dropout);
    }

    /** Of the encoder, and of what the label is made of. */
    public BertSequenceConfig dropout(double changed) {
        return new BertSequenceConfig(encoder.dropout(changed), outputs, classifies, labels, changed);
    }

    /** Shorter sequences than there are positions take less memory. */
    public BertSequenceConfig context(int changed) {
        return new BertSequenceConfig(encoder.context(changed), outputs, classifies, labels, dropout);
    }

    @Override
    public List<InputColumn> inputs() {
        return List.of(InputColumn.tokens("tokens", encoder.context()).paddedToLongest());
    }

    @Override
    public int context() {
        return encoder.context();
    }

    @Override
    public int vocabularySize() {
        return encoder.vocabularySize();
    }

    @Override
    public BertSequence build() {
        return new BertSequence(this);
    }

    /** The {@code config.json} that makes Hugging Face's {@code BertForSequenceClassification} the same model. */
    @Override
    public Map<String, Object> describe() {
        return BertDescription.describe(this);
    }
}
