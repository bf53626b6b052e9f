package io.sparkmics.checkpoint.pretrained;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sparkmics.checkpoint.StorageCall;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The ids of a tokenizer's special tokens, which a model that hides tokens has to know and its {@code config.json} does not
 * say.
 */
final class SpecialTokenIds {

    private static final String TOKENIZER = "tokenizer.json";
    private static final String SETTINGS = "tokenizer_config.json";
    private static final String MASK = "mask_token";
    private static final String USUAL_MASK = "[MASK]";
    private static final JsonMapper JSON = new JsonMapper();

    private SpecialTokenIds() {}

    /**
     * What {@code config.json} says and, where it does not and a tokenizer lies beside it, {@code mask_token_id} and {@code
     * special_token_ids}.
     */
    static Map<String, Object> added(Map<String, Object> config, Path folder, Configuration hadoop) {
        Map<String, Object> more = new LinkedHashMap<>(config);
        if (config.containsKey("mask_token_id") && config.containsKey("special_token_ids")) {
            return more;
        }
        Map<String, Integer> special = special(new Path(folder, TOKENIZER), hadoop);
        if (!special.isEmpty()) {
            more.putIfAbsent("special_token_ids", List.copyOf(special.values()));
        }
        Integer mask = special.get(mask(new Path(folder, SETTINGS), hadoop));
        if (mask != null) {
            more.putIfAbsent("mask_token_id", mask);
        }
        return more;
    }

    /** Ids by texts. They stand before the vocabulary, which may be large and is not read. */
    private static Map<String, Integer> special(Path file, Configuration hadoop) {
        return StorageCall.call("read the special tokens of " + file, () -> {
            Map<String, Integer> ids = new LinkedHashMap<>();
            FileSystem files = file.getFileSystem(hadoop);
            if (!files.exists(file)) {
                return ids;
            }
            try (InputStream in = files.open(file);
                    JsonParser parser = JSON.createParser(in)) {
                parser.nextToken();
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String name = parser.currentName();
                    parser.nextToken();
                    if (name.equals("added_tokens")) {
                        tokens(parser)
                                .forEach(token -> ids.put(
                                        token.path("content").asText(),
                                        token.path("id").asInt()));
                        return ids;
                    }
                    parser.skipChildren();
                }
            }
            return ids;
        });
    }

    private static List<JsonNode> tokens(JsonParser parser) throws IOException {
        List<JsonNode> special = new ArrayList<>();
        for (JsonNode token : JSON.<JsonNode>readTree(parser)) {
            if (token.path("special").asBoolean() && token.path("id").isInt()) {
                special.add(token);
            }
        }
        return special;
    }

    private static String mask(Path file, Configuration hadoop) {
        return StorageCall.call("read " + file, () -> {
            FileSystem files = file.getFileSystem(hadoop);
            if (!files.exists(file)) {
                return USUAL_MASK;
            }
            try (InputStream in = files.open(file)) {
                JsonNode mask = JSON.readTree(in).path(MASK);
                return mask.isObject() ? mask.path("content").asText(USUAL_MASK) : mask.asText(USUAL_MASK);
            }
        });
    }
}
