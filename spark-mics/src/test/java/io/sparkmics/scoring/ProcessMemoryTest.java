package io.sparkmics.scoring;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ProcessMemoryTest {

    @Test
    void aModelThatFitsBesideTheHeapIsFine() {
        assertThatCode(() -> ProcessMemory.require("hold it", 700, 1000, 300)).doesNotThrowAnyException();
    }

    @Test
    void aModelThatDoesNotIsRefusedWithBytes() {
        assertThatThrownBy(() -> ProcessMemory.require("hold the model of /m", 5_000_000_000L, 4_000_000_000L, 1_000))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Cannot hold the model of /m: all its weights must be in one JVM and take 5,000,000,000 "
                        + "bytes, and this one has 3,999,999,000 bytes beside its heap of 1,000. "
                        + "Use machines or containers with more memory.");
    }

    @Test
    void whatNoMachineHasIsRefusedHere() {
        assertThatThrownBy(() -> ProcessMemory.require("hold it", Long.MAX_VALUE))
                .isInstanceOf(IllegalStateException.class);
    }
}
