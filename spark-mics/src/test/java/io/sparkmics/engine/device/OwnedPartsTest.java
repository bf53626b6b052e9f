package io.sparkmics.engine.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OwnedPartsTest {

    @Test
    void theLatestIsClosedFirstAndEachOnce() {
        List<String> closed = new ArrayList<>();
        OwnedParts parts = new OwnedParts();
        assertThat(parts.own("first", closed::add)).isEqualTo("first");
        parts.own("second", closed::add);

        parts.close();
        parts.close();

        assertThat(closed).containsExactly("second", "first");
    }
}
