package io.sparkmics.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.LocalSpark;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SparkContext;
import org.junit.jupiter.api.Test;

class SlotsTest {

    private final List<String> notices = new ArrayList<>();

    @Test
    void threadsThatAreNotThereAreNotWaitedFor() {
        SparkContext spark = LocalSpark.session().sparkContext();

        assertThatThrownBy(() -> Slots.await(spark, 3, Duration.ofSeconds(1), notices::add))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Cannot run 3 ranks at once: master local[2] has 2 slots. "
                        + "Set numWorkers to at most 2, or the master to local[3].");
        assertThat(notices).isEmpty();
    }

    @Test
    void asManyAsThereAreWillDo() {
        Slots.await(LocalSpark.session().sparkContext(), 2, Duration.ofSeconds(1), notices::add);

        assertThat(notices).isEmpty();
    }
}
