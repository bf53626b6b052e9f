package io.sparkmics.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ModelNameTest {

    /** A configuration of a user, whose name does not end as ours does. */
    record Wavelets(String names) implements ModelConfig {

        @Override
        public Model build() {
            throw new UnsupportedOperationException("only its name is asked");
        }

        @Override
        public int context() {
            return 1;
        }

        @Override
        public int vocabularySize() {
            return 1;
        }

        @Override
        public Map<String, Object> describe() {
            return Map.of();
        }
    }

    @Test
    void aGptIsToldWithItsSizes() {
        assertThat(ModelName.withSizes(
                        Gpt.config().layers(4).heads(4).width(160).context(128)))
                .isEqualTo("Gpt, layers=4, heads=4, width=160, context=128, vocabularySize=257, dropout=0.0");
        assertThat(ModelName.withParameters(Gpt.config(), 1_323_520)).isEqualTo("Gpt of 1,323,520 parameters");
    }

    @Test
    void aLongNameIsCutOff() {
        assertThat(ModelName.withSizes(new Wavelets("daubechies ".repeat(20))))
                .startsWith("Wavelets, names=daubechies daubechies")
                .endsWith("...")
                .hasSizeLessThan(100);
    }
}
