package io.sparkmics.job.attempt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** In what two models' configurations differ: of a hundred entries that are the same, nobody finds the one that is not. */
final class ModelDifference {

    private static final JsonMapper JSON = new JsonMapper();

    private ModelDifference() {}

    /** The entries that are not the same, of the checkpoint's model and of the estimator's. */
    static String between(String checkpoints, String estimators) {
        Map<String, JsonNode> then = entries(checkpoints);
        Map<String, JsonNode> now = entries(estimators);
        SortedSet<String> names = new TreeSet<>(then.keySet());
        names.addAll(now.keySet());
        names.removeIf(name -> Objects.equals(then.get(name), now.get(name)));
        return "its model has " + values(names, then) + ", and the estimator's has " + values(names, now);
    }

    private static Map<String, JsonNode> entries(String json) {
        try {
            return JSON.readValue(json, new TypeReference<TreeMap<String, JsonNode>>() {});
        } catch (JsonProcessingException e) {
            // Both were written by ManifestDraft; a manifest that somebody made by hand is shown as it is.
            return Map.of("configuration", JSON.getNodeFactory().textNode(json));
        }
    }

    private static String values(SortedSet<String> names, Map<String, JsonNode> entries) {
        return names.stream()
                .map(name -> entries.containsKey(name) ? name + " " + text(entries.get(name)) : "no " + name)
                .collect(Collectors.joining(", "));
    }

    private static String text(JsonNode value) {
        return value.isTextual() ? value.textValue() : value.toString();
    }
}
