package io.sparkmics.data;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ByteTokenizerTest {

    @Test
    void idsAreTheBytesOfUtf8() {
        assertThat(ByteTokenizer.encode("aé")).containsExactly('a', 0xC3, 0xA9);
        assertThat(ByteTokenizer.encode(new byte[] {-1, 0})).containsExactly(255, 0);
    }

    @Test
    void aTextSurvivesBothWays() {
        String text = "def main():\n\tprint('Grüße, 世界 🌍')\u0000";
        assertThat(ByteTokenizer.decode(ByteTokenizer.encode(text))).isEqualTo(text);
    }

    @Test
    void brokenBytesReadAsReplacementsAndOtherIdsAreLeftOut() {
        assertThat(ByteTokenizer.decode(new int[] {'a', 0xC3, 'b', ByteTokenizer.END_OF_TEXT, -1, 9999, 'c'}))
                .isEqualTo("a\uFFFDbc");
    }
}
