package io.sparkmics.checkpoint.safetensors;

import static io.sparkmics.checkpoint.safetensors.Files.file;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.sun.management.ThreadMXBean;
import io.sparkmics.checkpoint.CheckpointException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What an enemy, a broken disk or another program may have left instead of a saved model. */
class HostileSafetensorsTest {

    private static final String GOOD = "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";
    private static final long LITTLE_MEMORY = 64 << 20;

    @TempDir
    Path folder;

    static Stream<Arguments> files() {
        String two = "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                + "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[%d,%d]}}";
        return Stream.of(
                // The frame
                arguments("it has 0 bytes", new byte[0]),
                arguments("it has 7 bytes", new byte[7]),
                arguments("18446744073709551615 bytes", lengthOnly(-1)),
                arguments("9223372036854775807 bytes", lengthOnly(Long.MAX_VALUE)),
                arguments("16777217 bytes, and 16777216 are the most", lengthOnly((16 << 20) + 1)),
                arguments("It is cut short", lengthOnly(16 << 20)),
                arguments(
                        "probably not a safetensors file",
                        "PK\3\4 a zip file of pickles".getBytes(StandardCharsets.US_ASCII)),
                // The JSON
                arguments("not a JSON object", file("", 0)),
                arguments("not a JSON object", file("[]", 0)),
                arguments("not JSON", file(GOOD.substring(0, GOOD.length() - 1), 8)),
                arguments("not JSON", file("{a:1}", 0)),
                arguments("not JSON", file("\u0000".repeat(64), 0)),
                arguments("goes on after its end", file(GOOD + "{}", 8)),
                arguments("tensor a is not an object", file("{\"a\":" + "[".repeat(1 << 20), 0)),
                arguments("not JSON", file("{\"" + "a".repeat(1 << 20) + "\":1}", 0)),
                arguments("not UTF-8", file(new byte[] {'{', '"', (byte) 0xFF, (byte) 0xFE, '"', ':'}, 0)),
                arguments("not JSON", file(GOOD.getBytes(StandardCharsets.UTF_16BE), 8)),
                arguments(
                        "tensor a is there twice",
                        file(String.format(Locale.ROOT, two, 8, 16).replace("\"b\"", "\"a\""), 16)),
                arguments(
                        "tensor a is there twice",
                        file(String.format(Locale.ROOT, two, 8, 16).replace("\"b\"", "\"\\u0061\""), 16)),
                arguments("tensor __metadata__ is there twice", file("{\"__metadata__\":{},\"__metadata__\":{}}", 0)),
                arguments(
                        "its metadata has an entry twice: x", file("{\"__metadata__\":{\"x\":\"1\",\"x\":\"2\"}}", 0)),
                arguments("its metadata has an entry that is not a string", file("{\"__metadata__\":{\"x\":1}}", 0)),
                arguments("its metadata is not an object", file("{\"__metadata__\":null}", 0)),
                // One tensor
                arguments("tensor a is not an object", file("{\"a\":[0,8]}", 8)),
                arguments("tensor a needs dtype, shape and two data_offsets", file("{\"a\":{}}", 0)),
                arguments("two fields shape", file(GOOD.replace("\"shape\":[2]", "\"shape\":[2],\"shape\":[2]"), 8)),
                arguments("unknown field pickle", file(GOOD.replace("\"shape\"", "\"pickle\""), 8)),
                arguments("unknown dtype F12", file(GOOD.replace("F32", "F12"), 8)),
                arguments("the dtype of tensor a is not a string", file(GOOD.replace("\"F32\"", "32"), 8)),
                arguments("the shape of tensor a is not an array", file(GOOD.replace("[2]", "2"), 8)),
                arguments("shape of tensor a has a value that is not", file(GOOD.replace("[2]", "[-2]"), 8)),
                arguments("shape of tensor a has a value that is not", file(GOOD.replace("[2]", "[2.0]"), 8)),
                arguments("shape of tensor a has a value that is not", file(GOOD.replace("[2]", "[\"2\"]"), 8)),
                arguments(
                        "shape of tensor a has a value that is not",
                        file(GOOD.replace("[2]", "[9223372036854775808]"), 8)),
                arguments("not JSON", file(GOOD.replace("[2]", "[" + "9".repeat(1000) + "]"), 8)),
                arguments(
                        "shape of tensor a has more than 64 numbers",
                        file(GOOD.replace("[2]", Collections.nCopies(65, 1).toString()), 8)),
                arguments(
                        "has more bytes than 63 bits can count",
                        file(GOOD.replace("[2]", "[4611686018427387904,4]"), 8)),
                arguments(
                        "has more bytes than 63 bits can count",
                        file(GOOD.replace("[2]", "[4294967296,4294967296,0]"), 8)),
                arguments("takes 4398046511104 bytes", file(GOOD.replace("[2]", "[1099511627776]"), 8)),
                arguments("data_offsets of tensor a has more than 2", file(GOOD.replace("[0,8]", "[0,8,16]"), 8)),
                arguments("needs dtype, shape and two data_offsets", file(GOOD.replace("[0,8]", "[0]"), 8)),
                // All of them together
                arguments("tensor a lies from byte 0 to 4", file(GOOD.replace("[0,8]", "[0,4]"), 4)),
                arguments("tensor a begins at byte 8 of the data", file(GOOD.replace("[0,8]", "[8,0]"), 8)),
                arguments("tensor a begins at byte 4 of the data", file(GOOD.replace("[0,8]", "[4,12]"), 12)),
                arguments(
                        "tensor b begins at byte 4 of the data, and the one before it ends at 8",
                        file(String.format(Locale.ROOT, two, 4, 12), 12)),
                arguments(
                        "tensor b begins at byte 0 of the data, and the one before it ends at 8",
                        file(String.format(Locale.ROOT, two, 0, 8), 8)),
                arguments(
                        "tensor b begins at byte 12 of the data, and the one before it ends at 8",
                        file(String.format(Locale.ROOT, two, 12, 20), 20)),
                arguments(
                        "begins at byte 9223372036854775800",
                        file(String.format(Locale.ROOT, two, 9223372036854775800L, 9223372036854775807L), 16)),
                arguments("its tensors have 8 bytes, and the file has 7", file(GOOD, 7)),
                arguments("its tensors have 8 bytes, and the file has 9", file(GOOD, 9)),
                arguments("its tensors have 0 bytes, and the file has 1", file("{}", 1)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    void aHostileFileIsRefusedByNameWithLittleMemory(String reason, byte[] content) throws IOException {
        Path file = folder.resolve("model.safetensors");
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();

        assertThatThrownBy(() -> Files.open(file, content))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("Cannot read " + file + ": ")
                .hasMessageContaining(reason);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(LITTLE_MEMORY);
    }

    @Test
    void theLargestHeaderIsReadToItsEnd() throws IOException {
        StringBuilder header = new StringBuilder("{");
        while (header.length() < (16 << 20) - 100) {
            header.append("\"")
                    .append(header.length())
                    .append("\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[7,8]},");
        }
        header.append("\"x\":{}}");
        Path file = folder.resolve("model.safetensors");

        assertThatThrownBy(() -> Files.open(file, file(header.toString(), 8)))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("tensor x needs dtype");
    }

    @Test
    void aFileThatIsCutAnywhereIsRefused() throws IOException {
        byte[] whole = file(GOOD, 8);
        Path file = folder.resolve("model.safetensors");
        Files.open(file, whole).close();
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> Files.open(file, cut)).isInstanceOf(CheckpointException.class);
        }
    }

    @Test
    void aChangedHeaderIsRefusedOrStillFitsTheFile() {
        SafetensorsHeader header = SafetensorsHeader.of(List.of(
                new TensorInfo("a", TensorType.F32, List.of(2L, 3L)),
                new TensorInfo("b", TensorType.I64, List.of(5L))));
        byte[] bytes = header.toBytes();
        byte[] json = Arrays.copyOfRange(bytes, Long.BYTES, bytes.length);
        Random random = new Random(17);
        int refused = 0;
        for (int i = 0; i < 50_000; i++) {
            byte[] changed = json.clone();
            for (int changes = random.nextInt(3); changes >= 0; changes--) {
                int at = random.nextInt(changed.length);
                changed[at] = random.nextBoolean() ? (byte) random.nextInt() : json[random.nextInt(json.length)];
            }
            try {
                List<TensorInfo> read = HeaderParser.parse("file", changed, 64);
                assertThat(read.stream().mapToLong(TensorInfo::bytes).sum()).isEqualTo(64);
            } catch (CheckpointException e) {
                assertThat(e).hasMessageStartingWith("Cannot read file: ");
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(10_000);
    }

    private static byte[] lengthOnly(long length) {
        return ByteBuffer.allocate(64)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(length)
                .array();
    }
}
