package io.sparkmics.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AllPendingTest {

    private final List<String> asked = new ArrayList<>();
    private final AllPending all = new AllPending(List.of(failing("first"), failing("second"), part("third")));

    @Test
    void allPartsAreAwaitedAlsoWhenOneFails() {
        assertThatThrownBy(all::await).hasMessage("first");
        assertThat(asked).containsExactly("await first", "await second", "await third");
    }

    @Test
    void allPartsAreJoinedAlsoWhenOneFails() {
        assertThatThrownBy(all::join).hasMessage("first");
        assertThat(asked).containsExactly("join first", "join second", "join third");
    }

    private Pending part(String name) {
        return new Pending() {

            @Override
            public void await() {
                asked.add("await " + name);
            }

            @Override
            public void join() {
                asked.add("join " + name);
            }
        };
    }

    private Pending failing(String name) {
        Pending part = part(name);
        return new Pending() {

            @Override
            public void await() {
                part.await();
                throw new IllegalStateException(name);
            }

            @Override
            public void join() {
                part.join();
                throw new IllegalStateException(name);
            }
        };
    }
}
