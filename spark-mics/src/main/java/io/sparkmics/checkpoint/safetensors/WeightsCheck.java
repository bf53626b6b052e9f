package io.sparkmics.checkpoint.safetensors;

import io.sparkmics.checkpoint.CheckpointException;
import io.sparkmics.checkpoint.NonFiniteWeightsException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.apache.hadoop.fs.Path;

/** Sees the bytes of one tensor of trained weights on their way, and says at the end whether they are any good. */
class WeightsCheck {

    /** For tensors that may be anything. */
    static final WeightsCheck NONE = new WeightsCheck();

    private WeightsCheck() {}

    /** @param checksum null where nobody has noted it */
    static WeightsCheck of(Path file, TensorInfo tensor, TensorChecksum checksum) {
        return new Full(file, tensor, checksum);
    }

    /** @param count of bytes: whole elements */
    void see(byte[] bytes, int count) {}

    /** @throws CheckpointException where other bytes were written, or an element is not finite, which is said by the type */
    void end() {}

    /** All of its bits are set where the number is infinite or none. */
    private static final int F16_EXPONENT = 0x7c00;

    private static final int BF16_EXPONENT = 0x7f80;

    private static final class Full extends WeightsCheck {

        private final Path file;
        private final TensorInfo tensor;
        private final TensorChecksum checksum;
        private final CRC32C crc = new CRC32C();
        private long seen;
        private long nonFinite;
        private long first;

        Full(Path file, TensorInfo tensor, TensorChecksum checksum) {
            this.file = file;
            this.tensor = tensor;
            this.checksum = checksum;
        }

        @Override
        void see(byte[] bytes, int count) {
            crc.update(bytes, 0, count);
            ByteBuffer elements = ByteBuffer.wrap(bytes, 0, count).order(ByteOrder.LITTLE_ENDIAN);
            switch (tensor.type()) {
                case F32 -> {
                    for (int at = 0; at < count; at += Float.BYTES) {
                        note(Float.isFinite(elements.getFloat(at)), at);
                    }
                }
                case F64 -> {
                    for (int at = 0; at < count; at += Double.BYTES) {
                        note(Double.isFinite(elements.getDouble(at)), at);
                    }
                }
                case F16 -> {
                    for (int at = 0; at < count; at += Short.BYTES) {
                        note((elements.getShort(at) & F16_EXPONENT) != F16_EXPONENT, at);
                    }
                }
                case BF16 -> {
                    for (int at = 0; at < count; at += Short.BYTES) {
                        note((elements.getShort(at) & BF16_EXPONENT) != BF16_EXPONENT, at);
                    }
                }
                default -> {
                    // Whole numbers are finite.
                }
            }
            seen += count;
        }

        private void note(boolean finite, int at) {
            if (!finite && nonFinite++ == 0) {
                first = (seen + at) / tensor.type().bytes();
            }
        }

        @Override
        void end() {
            if (checksum != null) {
                checksum.require(crc, file);
            }
            if (nonFinite > 0) {
                throw new NonFiniteWeightsException("Cannot read tensor " + tensor.name() + " from " + file + ": "
                        + nonFinite + " of its " + tensor.elements() + " elements are not finite, the first is element "
                        + first + ". Such weights are damaged or of a training that diverged: take others.");
            }
        }
    }
}
