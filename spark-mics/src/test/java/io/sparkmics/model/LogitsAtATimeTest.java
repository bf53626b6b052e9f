package io.sparkmics.model;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class LogitsAtATimeTest {

    @Test
    void smallModelsAreComputedAsAWhole() {
        assertThat(LogitsAtATime.positions(4, 128, 257)).isEqualTo(128);
        assertThat(LogitsAtATime.positions(64, 1024, 257)).isEqualTo(1024);
        assertThat(LogitsAtATime.positions(1, 512, 65536)).isEqualTo(512);
    }

    @Test
    void manyLogitsAreSplitEvenly() {
        assertThat(LogitsAtATime.positions(1, 513, 65536)).isEqualTo(257);
        assertThat(LogitsAtATime.positions(8, 1024, 50257)).isEqualTo(79);
        assertThat(LogitsAtATime.positions(64, 8, 1 << 30)).isEqualTo(1);
    }

    @Property
    void thereAreNeverMoreThanTheMostUnlessOnePositionHasMore(
            @ForAll @LongRange(min = 1, max = 256) long sequences,
            @ForAll @LongRange(min = 1, max = 8192) long length,
            @ForAll @LongRange(min = 1, max = 1_000_000) long vocabularySize) {
        long positions = LogitsAtATime.positions(sequences, length, vocabularySize);
        assertThat(positions).isBetween(1L, length);
        assertThat(sequences * positions * vocabularySize)
                .isLessThanOrEqualTo(Math.max(LogitsAtATime.MOST, sequences * vocabularySize));
    }
}
