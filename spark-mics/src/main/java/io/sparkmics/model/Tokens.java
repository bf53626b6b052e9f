package io.sparkmics.model;

import java.util.Arrays;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Token sequences as tensors. */
public final class Tokens {

    private Tokens() {}

    /**
     * @param sequences of equal length
     * @return int64 [sequences, length]; the caller's to close
     */
    public static Tensor tensor(int[][] sequences) {
        return tensor(Arrays.stream(sequences).flatMapToInt(Arrays::stream).toArray(), sequences.length);
    }

    /**
     * @param tokens row-major
     * @return int64 [sequences, tokens / sequences]; the caller's to close
     */
    public static Tensor tensor(int[] tokens, int sequences) {
        long[] values = Arrays.stream(tokens).asLongStream().toArray();
        try (PointerScope scope = new PointerScope()) {
            TensorOptions options = new TensorOptions().dtype(new ScalarTypeOptional(ScalarType.Long));
            Tensor blob = torch.from_blob(
                    new LongPointer(values), new long[] {sequences, tokens.length / sequences}, options);
            Tensor copy = blob.clone();
            copy.retainReference();
            return copy;
        }
    }
}
