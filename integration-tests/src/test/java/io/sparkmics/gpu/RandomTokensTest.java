package io.sparkmics.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.model.Gpt;
import org.junit.jupiter.api.Test;

final class RandomTokensTest {

    /** The other half of this test would be Python's: {@code eager.sequence(3, 2, 4, 50257)}. */
    @Test
    void tokensAreThoseThatEagerPyMakes() {
        assertThat(RandomTokens.sequence(Gpt.config().context(4).vocabularySize(50257), 3, 2))
                .containsExactly(41320, 30118, 40123, 24462, 34219);
    }
}
