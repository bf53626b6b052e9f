package io.sparkmics.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.bootstrap.machine.NativeLibraries;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GptHeadTest {

    @BeforeAll
    static void load() {
        NativeLibraries.load();
    }

    /** A GPU's way, on the CPU. */
    @ParameterizedTest
    @ValueSource(ints = {1, 63, 64, 257, 320})
    void anAlignedProductHasTheSameLogitsAndGradients(int vocabulary) {
        try (PointerScope scope = new PointerScope()) {
            Tensor input = wave(2 * 3 * 8).view(2, 3, 8).set_requires_grad(true);
            Tensor tokens = wave(vocabulary * 8L).view(vocabulary, 8).set_requires_grad(true);

            Tensor plain = input.matmul(tokens.transpose(0, 1));
            Tensor aligned = GptHead.aligned(input, tokens);

            assertThat(aligned.size(2)).isEqualTo(vocabulary);
            assertThat(aligned.stride(1) % 64).as("where the rows begin").isZero();
            assertThat(aligned.allclose(plain)).isTrue();
            TensorVector expected = gradients(plain, input, tokens);
            TensorVector actual = gradients(aligned, input, tokens);
            assertThat(actual.get(0).allclose(expected.get(0))).isTrue();
            assertThat(actual.get(1).size(0)).isEqualTo(vocabulary);
            assertThat(actual.get(1).allclose(expected.get(1))).isTrue();
        }
    }

    /** Of a loss to which each logit counts differently. */
    private static TensorVector gradients(Tensor logits, Tensor input, Tensor tokens) {
        Tensor loss = logits.mul(wave(logits.numel()).view(logits.sizes())).sum();
        return torch.grad(new TensorVector(loss), new TensorVector(input, tokens));
    }

    private static Tensor wave(long count) {
        return torch.arange(new Scalar(count)).to(ScalarType.Double).sin_();
    }
}
