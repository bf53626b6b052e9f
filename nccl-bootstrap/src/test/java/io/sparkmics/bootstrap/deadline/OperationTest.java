package io.sparkmics.bootstrap.deadline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class OperationTest {

    @Test
    void endsWhenItsBodyDoes() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        Operation<Integer> operation = new Operation<>(() -> {
            gate.await();
            return 7;
        });
        new Thread(operation, "operation").start();

        assertThat(operation.ended(1)).isFalse();
        gate.countDown();

        assertThat(operation.ended(10_000)).isTrue();
        assertThat(operation.get()).isEqualTo(7);
    }

    @Test
    void endsWithAFailureToo() throws Exception {
        Operation<Void> operation = new Operation<>(() -> {
            throw new IllegalStateException("lost");
        });
        operation.run();

        assertThat(operation.ended(0)).isTrue();
        assertThatThrownBy(operation::get)
                .isInstanceOf(ExecutionException.class)
                .hasRootCauseMessage("lost");
    }

    /** Else an interrupt would fail, and abort, what was done before it came. */
    @Test
    void anInterruptedThreadStillSeesThatItHasEnded() throws Exception {
        Thread.currentThread().interrupt();
        boolean ended = Operation.none().ended(0);

        assertThat(Thread.interrupted()).as("the interrupt is kept").isTrue();
        assertThat(ended).isTrue();
    }
}
