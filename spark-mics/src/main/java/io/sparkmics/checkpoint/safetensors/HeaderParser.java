package io.sparkmics.checkpoint.safetensors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.sparkmics.checkpoint.CheckpointException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Reads the JSON of a safetensors header as if it came from an enemy: token by token, nothing that the format has not. */
final class HeaderParser {

    private static final JsonFactory JSON = JsonFactory.builder()
            // Names are the file's to choose: none of them should stay in memory.
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(3)
                    .maxNumberLength(19)
                    .maxNameLength(4096)
                    .maxStringLength(SafetensorsHeader.MOST_BYTES)
                    .build())
            .build();

    private final String file;
    private final JsonParser json;
    private final List<Placed> tensors = new ArrayList<>();
    private final Set<String> names = new HashSet<>();

    private HeaderParser(String file, JsonParser json) {
        this.file = file;
        this.json = json;
    }

    /**
     * The tensors in the order of the file, which hold all of its data: no gap, no overlap.
     *
     * @param dataLength how many bytes there are after the header
     */
    static List<TensorInfo> parse(String file, byte[] header, long dataLength) {
        // A decoder that refuses: Jackson would guess the encoding from the first bytes.
        InputStreamReader text =
                new InputStreamReader(new ByteArrayInputStream(header), StandardCharsets.UTF_8.newDecoder());
        try (JsonParser json = JSON.createParser(text)) {
            HeaderParser parser = new HeaderParser(file, json);
            parser.parseTensors();
            return parser.inOrder(dataLength);
        } catch (JsonProcessingException e) {
            throw new CheckpointException(
                    "Cannot read " + file + ": its header is not JSON as safetensors has it: " + e.getOriginalMessage(),
                    e);
        } catch (CharacterCodingException e) {
            throw new CheckpointException("Cannot read " + file + ": its header is not UTF-8.", e);
        } catch (IOException e) {
            throw new CheckpointException("Cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    private void parseTensors() throws IOException {
        require(json.nextToken() == JsonToken.START_OBJECT, () -> "its header is not a JSON object");
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            require(names.add(name), () -> "tensor " + name + " is there twice");
            if (name.equals(SafetensorsHeader.METADATA)) {
                parseMetadata();
            } else {
                tensors.add(parseTensor(name));
            }
        }
        require(json.nextToken() == null, () -> "its header goes on after its end");
    }

    private void parseMetadata() throws IOException {
        require(json.nextToken() == JsonToken.START_OBJECT, () -> "its metadata is not an object");
        Set<String> keys = new HashSet<>();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String key = json.currentName();
            require(keys.add(key), () -> "its metadata has an entry twice: " + key);
            require(json.nextToken() == JsonToken.VALUE_STRING, () -> "its metadata has an entry that is not a string");
        }
    }

    private Placed parseTensor(String name) throws IOException {
        require(json.nextToken() == JsonToken.START_OBJECT, () -> "tensor " + name + " is not an object");
        TensorType type = null;
        List<Long> shape = null;
        List<Long> offsets = null;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            switch (field) {
                case "dtype" -> {
                    require(type == null, () -> "tensor " + name + " has two fields dtype");
                    type = parseType(name);
                }
                case "shape" -> {
                    require(shape == null, () -> "tensor " + name + " has two fields shape");
                    shape = parseNumbers(name, field, TensorInfo.MOST_DIMENSIONS);
                }
                case "data_offsets" -> {
                    require(offsets == null, () -> "tensor " + name + " has two fields data_offsets");
                    offsets = parseNumbers(name, field, 2);
                }
                default -> throw wrong("tensor " + name + " has an unknown field " + field);
            }
        }
        require(
                type != null && shape != null && offsets != null && offsets.size() == 2,
                () -> "tensor " + name + " needs dtype, shape and two data_offsets");
        try {
            return new Placed(new TensorInfo(name, type, shape), offsets.get(0), offsets.get(1));
        } catch (IllegalArgumentException e) {
            throw new CheckpointException("Cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    private TensorType parseType(String name) throws IOException {
        require(json.nextToken() == JsonToken.VALUE_STRING, () -> "the dtype of tensor " + name + " is not a string");
        String type = json.getText();
        for (TensorType known : TensorType.values()) {
            if (known.name().equals(type)) {
                return known;
            }
        }
        throw wrong("tensor " + name + " has the unknown dtype " + type + "; "
                + Arrays.stream(TensorType.values()).map(Enum::name).collect(Collectors.joining(", ")) + " are known");
    }

    private List<Long> parseNumbers(String name, String field, int most) throws IOException {
        Supplier<String> whole = () -> "the " + field + " of tensor " + name;
        require(json.nextToken() == JsonToken.START_ARRAY, () -> whole.get() + " is not an array");
        List<Long> numbers = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            require(numbers.size() < most, () -> whole.get() + " has more than " + most + " numbers");
            require(
                    json.currentToken() == JsonToken.VALUE_NUMBER_INT
                            && json.getNumberType() != JsonParser.NumberType.BIG_INTEGER
                            && json.getLongValue() >= 0,
                    () -> whole.get() + " has a value that is not a whole number from 0 to 2^63 - 1");
            numbers.add(json.getLongValue());
        }
        return numbers;
    }

    private List<TensorInfo> inOrder(long dataLength) {
        tensors.sort(Comparator.comparingLong(Placed::begin).thenComparingLong(Placed::end));
        long end = 0;
        for (Placed tensor : tensors) {
            requireAt(end, tensor);
            end = tensor.end();
        }
        if (end != dataLength) {
            throw wrong("its tensors have " + end + " bytes, and the file has " + dataLength + " after the header");
        }
        return tensors.stream().map(Placed::info).toList();
    }

    private void requireAt(long begin, Placed tensor) {
        TensorInfo info = tensor.info();
        require(
                tensor.begin() == begin,
                () -> "tensor " + info.name() + " begins at byte " + tensor.begin()
                        + " of the data, and the one before it ends at " + begin);
        require(
                tensor.end() >= begin && tensor.end() - begin == info.bytes(),
                () -> "tensor " + info.name() + " lies from byte " + begin + " to " + tensor.end() + ", and its shape "
                        + info.shape() + " takes " + info.bytes() + " bytes");
    }

    private void require(boolean holds, Supplier<String> otherwise) {
        if (!holds) {
            throw wrong(otherwise.get());
        }
    }

    private CheckpointException wrong(String reason) {
        return new CheckpointException(
                "Cannot read " + file + ": " + reason + ". The file is damaged or not a safetensors file we know.");
    }

    private record Placed(TensorInfo info, long begin, long end) {}
}
