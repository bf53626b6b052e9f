package io.sparkmics.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.model.bert.Bert;
import io.sparkmics.model.bert.BertSequenceConfig;
import io.sparkmics.model.perceptron.Perceptron;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A run speaks of tokens only where it has some. */
class LossNameTest {

    @Test
    void aLanguageModelIsTrainedOnTokens() {
        assertThat(LossName.counted(Gpt.config())).isEqualTo("tokens");
        assertThat(LossName.unit(Gpt.config())).isEqualTo("nats per token");
    }

    @Test
    void aClassifierOfTextReadsTokensButItsLossIsOfRows() {
        BertSequenceConfig classifier = new BertSequenceConfig(Bert.config(), 2, true, List.of(), 0);

        assertThat(LossName.counted(classifier)).isEqualTo("tokens");
        assertThat(LossName.unit(classifier)).isEqualTo("mean loss of a row");
    }

    @Test
    void numbersAreNoTokens() {
        assertThat(LossName.counted(Perceptron.regressor(2))).isEqualTo("rows");
        assertThat(LossName.unit(Perceptron.regressor(2))).isEqualTo("mean loss of a row");
    }
}
