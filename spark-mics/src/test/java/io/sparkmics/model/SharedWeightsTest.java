package io.sparkmics.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.bootstrap.machine.NativeLibraries;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SharedWeightsTest {

    @BeforeAll
    static void load() {
        NativeLibraries.load();
    }

    /** Each part computes in a scope of its own, as in the engine. */
    @Test
    void whatOnePartHasAlignedIsThereForTheNextAndGoneBehindTheLast() {
        try (PointerScope scope = new PointerScope();
                Tensor table = torch.ones(70, 8)) {
            AlignedOnCpu aligning = new AlignedOnCpu(name -> table);
            Tensor aligned;
            try (SharedWeights weights = new SharedWeights(aligning)) {
                aligned = inAPart(weights);
                assertThat(inAPart(weights)).isSameAs(aligned);
                assertThat(aligning.made()).containsExactly("table");
            }
            assertThat(aligned.isNull()).isTrue();
            assertThat(table.isNull()).isFalse();
        }
    }

    private static Tensor inAPart(Weights weights) {
        try (PointerScope scope = new PointerScope()) {
            Tensor aligned = weights.aligned("table");
            assertThat(aligned.size(0)).isEqualTo(128);
            assertThat(aligned.sum().eq(new Scalar(70.0 * 8)).item_bool()).isTrue();
            return aligned;
        }
    }
}
