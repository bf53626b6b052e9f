package io.sparkmics.params;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;

/** What a stage is set to, for people and programs to read. */
public final class ParamValues {

    private static final JsonMapper MAPPER = new JsonMapper();

    private ParamValues() {}

    /** Every param that is set or has a default, by name, as JSON has it; the model is an object. */
    public static Map<String, JsonNode> of(Params stage) {
        Map<String, JsonNode> values = new LinkedHashMap<>();
        for (Param<?> param : stage.params()) {
            if (stage.isDefined(param)) {
                values.put(param.name(), value(stage, param));
            }
        }
        return values;
    }

    private static <T> JsonNode value(Params stage, Param<T> param) {
        T value = stage.getOrDefault(param);
        // A model is kept as the text of its JSON.
        return parse(param.name().equals("model") ? String.valueOf(value) : param.jsonEncode(value));
    }

    private static JsonNode parse(String json) {
        try {
            return MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot write a param as JSON: " + e.getOriginalMessage(), e);
        }
    }
}
