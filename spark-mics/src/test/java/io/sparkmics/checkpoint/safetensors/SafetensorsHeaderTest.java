package io.sparkmics.checkpoint.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.checkpoint.CheckpointException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class SafetensorsHeaderTest {

    @Test
    void aHeaderIsItsLengthAndJsonWithSpacesToEightBytes() {
        SafetensorsHeader header = SafetensorsHeader.of(List.of(
                new TensorInfo("wte.weight", TensorType.F32, List.of(257L, 160L)),
                new TensorInfo("step", TensorType.I64, List.of())));

        byte[] bytes = header.toBytes();
        String json = new String(bytes, 8, bytes.length - 8, StandardCharsets.UTF_8);
        assertThat(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong())
                .isEqualTo(json.length());
        assertThat(json.stripTrailing())
                .isEqualTo("{\"__metadata__\":{\"format\":\"pt\"},"
                        + "\"wte.weight\":{\"dtype\":\"F32\",\"shape\":[257,160],\"data_offsets\":[0,164480]},"
                        + "\"step\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[164480,164488]}}");
        assertThat(json.length() % 8).isZero();
        assertThat(header.fileLength()).isEqualTo(bytes.length + 164_488L);
    }

    @Property(tries = 300)
    void whatIsDeclaredIsWhatIsRead(@ForAll("tensors") List<TensorInfo> tensors) {
        SafetensorsHeader header = SafetensorsHeader.of(tensors);
        byte[] bytes = header.toBytes();

        assertThat(bytes.length % 8).isZero();
        assertThat(HeaderParser.parse(
                        "file", Arrays.copyOfRange(bytes, 8, bytes.length), header.fileLength() - bytes.length))
                .isEqualTo(tensors);
    }

    @Test
    void aNameThatIsThereTwiceIsRefused() {
        TensorInfo tensor = new TensorInfo("a", TensorType.F32, List.of(1L));

        assertThatThrownBy(() -> SafetensorsHeader.of(List.of(tensor, tensor)))
                .isInstanceOf(CheckpointException.class)
                .hasMessage("Cannot save tensor a: its name is there twice.");
    }

    @Test
    void theNameOfTheMetadataIsRefused() {
        assertThatThrownBy(() ->
                        SafetensorsHeader.of(List.of(new TensorInfo("__metadata__", TensorType.F32, List.of(1L)))))
                .isInstanceOf(CheckpointException.class)
                .hasMessage("Cannot save tensor __metadata__: its name is reserved by the format.");
    }

    @Test
    void sizesBeyondSixtyThreeBitsAreRefused() {
        assertThatThrownBy(() -> new TensorInfo("a", TensorType.F64, List.of(1L << 31, 1L << 31)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot declare tensor a: its shape [2147483648, 2147483648] has more bytes than 63 bits "
                        + "can count.");
        TensorInfo half = new TensorInfo("half", TensorType.F64, List.of(1L << 59));
        TensorInfo other = new TensorInfo("other", TensorType.F64, List.of(1L << 59));
        assertThatThrownBy(() -> SafetensorsHeader.of(List.of(half, other)))
                .isInstanceOf(CheckpointException.class)
                .hasMessage("Cannot save 2 tensors: together they have more bytes than 63 bits can count.");
    }

    @Test
    void aHeaderThatNoReaderWouldTakeIsRefused() {
        List<TensorInfo> tensors = LongStream.range(0, 20_000)
                .mapToObj(i -> new TensorInfo("x".repeat(1000) + i, TensorType.F32, List.of()))
                .toList();

        assertThatThrownBy(() -> SafetensorsHeader.of(tensors))
                .isInstanceOf(CheckpointException.class)
                .hasMessageMatching("Cannot save the tensors: their header would have 2\\d{7} bytes, and 16777216 are "
                        + "the most.");
    }

    @Provide
    Arbitrary<List<TensorInfo>> tensors() {
        Arbitrary<List<Long>> shapes =
                Arbitraries.longs().between(0, 1000).list().ofMaxSize(4);
        return Combinators.combine(Arbitraries.strings().ofMaxLength(12), Arbitraries.of(TensorType.class), shapes)
                .as(TensorInfo::new)
                .filter(tensor -> StandardCharsets.UTF_8.newEncoder().canEncode(tensor.name()))
                .list()
                .ofMaxSize(20)
                .uniqueElements(TensorInfo::name);
    }
}
