package io.sparkmics.engine.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.bootstrap.collectives.RankDevice;
import io.sparkmics.model.Tokens;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class FeedTest {

    /** What was read from the source, in order; it has none while it rests. */
    private final List<MicroBatch> read = new ArrayList<>();

    private int rests = Integer.MAX_VALUE;

    private final Iterator<MicroBatch> source = new Iterator<>() {
        @Override
        public boolean hasNext() {
            return read.size() < Math.min(4, rests);
        }

        @Override
        public MicroBatch next() {
            read.add(new MicroBatch(Tokens.tensor(new int[][] {{1, 2}}), 0, new int[] {read.size()}, new double[] {1}));
            return read.get(read.size() - 1);
        }
    };

    @Test
    void theNextMicroBatchIsReadWhenOneIsAskedFor() {
        try (Feed feed = new Feed(source, RankDevice.cpu())) {
            Iterator<MicroBatch> step = feed.limit(2);
            assertThat(read).isEmpty();
            assertThat(step.hasNext()).isTrue();
            assertThat(read).hasSize(1);
            step.next().close();
            assertThat(step.hasNext()).isTrue();
            step.next().close();
            assertThat(read).hasSize(2);
            // The step has all of its own, and the next one's first is on its way.
            assertThat(step.hasNext()).isFalse();
            assertThat(read).hasSize(3);
            assertThatThrownBy(step::next)
                    .isInstanceOf(NoSuchElementException.class)
                    .hasMessage("Cannot feed more than 2 micro-batches here.");
            MicroBatch third = feed.next();
            assertThat(third).isSameAs(read.get(2));
            third.close();
        }
    }

    @Test
    void aSourceThatRestsIsAskedAgain() {
        rests = 1;
        try (Feed feed = new Feed(source, RankDevice.cpu())) {
            feed.next().close();
            assertThat(feed.hasNext()).isFalse();
            assertThatThrownBy(feed::next)
                    .isInstanceOf(NoSuchElementException.class)
                    .hasMessage("Cannot feed another micro-batch: the source has none for now.");
            rests = 4;
            assertThat(feed.next()).isSameAs(read.get(1));
            read.get(1).close();
        }
    }

    @Test
    void whatWasReadAheadAndNotTakenIsFreed() {
        try (Feed feed = new Feed(source, RankDevice.cpu())) {
            assertThat(feed.hasNext()).isTrue();
            assertThat(read.get(0).data().isNull()).isFalse();
        }
        assertThat(read.get(0).data().isNull()).isTrue();
    }
}
