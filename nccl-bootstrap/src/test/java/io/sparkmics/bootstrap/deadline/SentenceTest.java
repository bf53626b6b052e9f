package io.sparkmics.bootstrap.deadline;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SentenceTest {

    @ParameterizedTest
    @CsvSource({
        "no space left on device, no space left on device.",
        "Cannot write x: it exists. Delete it., Cannot write x: it exists. Delete it.",
        "What is that?, What is that?",
        "'it is gone. ', it is gone.",
        ", null."
    })
    void hasOneFullStopAtItsEnd(String text, String sentence) {
        assertThat(Sentence.end(text)).isEqualTo(sentence);
    }
}
