package io.sparkmics.job.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;

/** How records come back from executors: as text, for Spark's own choice of serializer may be Kryo, which cannot read them. */
public final class Json {

    private static final JsonMapper MAPPER = new JsonMapper();

    private Json() {}

    public static String write(Record value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot send " + value + " to the driver: " + e.getOriginalMessage(), e);
        }
    }

    public static <T extends Record> T read(String json, Class<T> type) {
        try {
            return MAPPER.readValue(json, type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(
                    "Cannot read a " + type.getSimpleName() + " from an executor: " + e.getOriginalMessage(), e);
        }
    }
}
