package io.sparkmics.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What is read of a prompt and its response, and what of it is predicted. */
final class ResponseSequenceTest {

    private static final int END = 9;
    private static final int MOST = 6;

    private static void assertSequence(int[] prompt, int[] response, int[] tokens, int[] targets) {
        ResponseSequence sequence = ResponseSequence.of(prompt, response, END, MOST);

        assertThat(sequence.tokens()).containsExactly(tokens);
        assertThat(sequence.targets()).containsExactly(targets);
        assertThat(sequence.predicted()).isEqualTo((int)
                Arrays.stream(targets).filter(target -> target >= 0).count());
    }

    private static int[] ids(int... ids) {
        return ids;
    }

    @Test
    void theResponseAndItsEndArePredictedAndThePromptIsNot() {
        assertSequence(ids(1, 2), ids(3, 4), ids(1, 2, 3, 4, END), ids(-1, 3, 4, END));
    }

    @Test
    void aResponseThatEndsAlreadyIsEndedOnce() {
        assertSequence(ids(1, 2), ids(3, END), ids(1, 2, 3, END), ids(-1, 3, END));
    }

    @Test
    void whatIsBehindTheContextIsCutOffAndNoEndIsPredictedThere() {
        assertSequence(ids(1, 2, 3), ids(4, 5, 6, 7), ids(1, 2, 3, 4, 5, 6), ids(-1, -1, 4, 5, 6));
        assertSequence(ids(1, 2, 3), ids(4, 5, 6), ids(1, 2, 3, 4, 5, 6), ids(-1, -1, 4, 5, 6));
    }

    @Test
    void withoutAPromptAllButTheFirstTokenIsPredicted() {
        assertSequence(ids(), ids(3, 4), ids(3, 4, END), ids(4, END));
    }

    @Test
    void nothingIsPredictedOfNoResponseOrBehindALongPrompt() {
        assertSequence(ids(1, 2), ids(), ids(1, 2), ids(-1));
        assertSequence(ids(), ids(), ids(), ids());
        assertSequence(ids(), ids(END), ids(END), ids());
        assertSequence(ids(1, 2, 3, 4, 5, 6, 7), ids(8), ids(1, 2, 3, 4, 5, 6), ids(-1, -1, -1, -1, -1));
    }
}
