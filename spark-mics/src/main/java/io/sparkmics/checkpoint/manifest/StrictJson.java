package io.sparkmics.checkpoint.manifest;

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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;

/**
 * Reads the JSON of a file as if it came from an enemy: the fields that the format has, in the order that it has them, and
 * nothing else. Whoever asks for a field says how large it may be.
 */
final class StrictJson {

    /** A name, an identifier. */
    static final int SHORT_TEXT = 4096;

    private static final JsonFactory JSON = JsonFactory.builder()
            // Names are the file's to choose: none of them should stay in memory.
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(8)
                    .maxNumberLength(20)
                    .maxNameLength(SHORT_TEXT)
                    .maxStringLength(1 << 20)
                    .build())
            .build();

    private final JsonParser json;

    private StrictJson(JsonParser json) {
        this.json = json;
    }

    /** How an object's fields are read, between its braces. */
    @FunctionalInterface
    interface Fields<T> {
        T read(StrictJson json) throws IOException;
    }

    /** @throws CheckpointException that names the file and what is wrong with it */
    static <T> T read(Path file, byte[] bytes, Fields<T> fields) {
        // A decoder that refuses: Jackson would guess the encoding from the first bytes.
        InputStreamReader text =
                new InputStreamReader(new ByteArrayInputStream(bytes), StandardCharsets.UTF_8.newDecoder());
        try (JsonParser parser = JSON.createParser(text)) {
            StrictJson json = new StrictJson(parser);
            T value = json.object("the file", fields);
            if (parser.nextToken() != null) {
                throw new Wrong("it goes on after its end");
            }
            return value;
        } catch (Wrong | IllegalArgumentException e) {
            throw damaged(file, e.getMessage(), e);
        } catch (JsonProcessingException e) {
            throw damaged(file, "it is not JSON as we write it: " + e.getOriginalMessage(), e);
        } catch (CharacterCodingException e) {
            throw damaged(file, "it is not UTF-8", e);
        } catch (IOException e) {
            throw damaged(file, e.getMessage(), e);
        }
    }

    private static CheckpointException damaged(Path file, String reason, Exception cause) {
        return new CheckpointException(
                "Cannot read " + file + ": " + reason + (reason.endsWith(".") ? "" : ".")
                        + " The file is damaged, or of another version.",
                cause);
    }

    <T> T object(String field, Fields<T> fields) throws IOException {
        expect(field, JsonToken.START_OBJECT, "an object");
        return members(field, fields);
    }

    private <T> T members(String name, Fields<T> fields) throws IOException {
        T value = fields.read(this);
        if (json.nextToken() != JsonToken.END_OBJECT) {
            throw new Wrong("the field " + json.currentName() + " of " + name + " is unknown or there twice");
        }
        return value;
    }

    long number(String field, long least, long most) throws IOException {
        expect(field, JsonToken.VALUE_NUMBER_INT, "a whole number");
        if (json.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                || json.getLongValue() < least
                || json.getLongValue() > most) {
            throw new Wrong(field + " is " + json.getText() + ", and " + least + " to " + most + " is possible");
        }
        return json.getLongValue();
    }

    int count(String field, int least) throws IOException {
        return (int) number(field, least, Integer.MAX_VALUE);
    }

    String text(String field, int most) throws IOException {
        expect(field, JsonToken.VALUE_STRING, "a text");
        return checkedText(field, most);
    }

    <T> List<T> objects(String field, int most, Fields<T> fields) throws IOException {
        expect(field, JsonToken.START_ARRAY, "an array");
        List<T> values = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            requireRoom(field, values.size(), most);
            require(json.currentToken() == JsonToken.START_OBJECT, field + " has an element that is not an object");
            values.add(members(field, fields));
        }
        return values;
    }

    List<String> texts(String field, int most) throws IOException {
        expect(field, JsonToken.START_ARRAY, "an array");
        List<String> values = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            requireRoom(field, values.size(), most);
            require(json.currentToken() == JsonToken.VALUE_STRING, field + " has an element that is not a text");
            values.add(checkedText(field, SHORT_TEXT));
        }
        return values;
    }

    Map<String, String> textMap(String field, int most) throws IOException {
        expect(field, JsonToken.START_OBJECT, "an object");
        Map<String, String> values = new LinkedHashMap<>();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            requireRoom(field, values.size(), most);
            require(json.nextToken() == JsonToken.VALUE_STRING, field + " has an entry that is not a text: " + name);
            require(
                    values.put(name, checkedText(name, 1 << 16)) == null,
                    field + " has an entry that is there twice: " + name);
        }
        return values;
    }

    boolean flag(String field) throws IOException {
        advance(field);
        JsonToken token = json.nextToken();
        require(token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE, field + " is not true or false");
        return token == JsonToken.VALUE_TRUE;
    }

    private void expect(String field, JsonToken token, String kind) throws IOException {
        advance(field);
        require(json.nextToken() == token, field + " is not " + kind);
    }

    /** To the field's value. */
    private void advance(String field) throws IOException {
        // The outermost object has no name.
        if (json.currentToken() != null) {
            if (json.nextToken() != JsonToken.FIELD_NAME) {
                throw new Wrong("the field " + field + " is missing");
            }
            String found = json.currentName();
            if (!found.equals(field)) {
                throw new Wrong("it has a field " + found + " where " + field + " must be");
            }
        }
    }

    private String checkedText(String field, int most) throws IOException {
        require(json.getTextLength() <= most, field + " has a text of more than " + most + " characters");
        return json.getText();
    }

    private static void requireRoom(String field, int size, int most) throws Wrong {
        require(size < most, field + " has more than " + most + " elements");
    }

    private static void require(boolean holds, String otherwise) throws Wrong {
        if (!holds) {
            throw new Wrong(otherwise);
        }
    }

    /** JSON, and not the one that was expected. */
    private static final class Wrong extends IOException {
        private static final long serialVersionUID = 1L;

        Wrong(String reason) {
            super(reason);
        }
    }
}
