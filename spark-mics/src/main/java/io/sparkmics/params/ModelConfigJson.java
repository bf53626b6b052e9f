package io.sparkmics.params;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.module.scala.DefaultScalaModule;
import io.sparkmics.model.ModelConfig;
import scala.Product;

/** A model's configuration as JSON: {@code {"class": ..., component: value, ...}}. */
final class ModelConfigJson {

    private static final String CLASS = "class";

    /** A configuration is sizes and names: what is longer or deeper is none. */
    private static final int LONGEST = 1 << 20;

    private static final int DEEPEST = 32;

    /** Of a text that is refused, as much as tells which it is. */
    private static final int SHOWN = 300;

    /** Components only: a configuration may have other methods that look like getters. */
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEEPEST)
                            .build())
                    .build())
            .visibility(PropertyAccessor.GETTER, Visibility.NONE)
            .visibility(PropertyAccessor.IS_GETTER, Visibility.NONE)
            .visibility(PropertyAccessor.FIELD, Visibility.ANY)
            .visibility(PropertyAccessor.CREATOR, Visibility.ANY)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            // Sequences and options, which case classes have.
            .addModule(new DefaultScalaModule())
            .build();

    private ModelConfigJson() {}

    static String write(ModelConfig config) {
        requireKnown(config.getClass());
        ModelDeclaration.accept(config.getClass());
        ObjectNode json = MAPPER.createObjectNode().put(CLASS, config.getClass().getName());
        json.setAll(
                config instanceof Product product
                        ? new CaseClass(config.getClass(), MAPPER).write(product)
                        : MAPPER.<ObjectNode>valueToTree(config));
        return json.toString();
    }

    /** Nothing of a class runs before it has proved to be an accepted model's configuration. */
    static ModelConfig read(String text) {
        if (text.length() > LONGEST) {
            throw refused(text, "it has " + text.length() + " characters, and " + LONGEST + " are allowed", null);
        }
        try {
            if (!(MAPPER.readTree(text) instanceof ObjectNode json)) {
                throw refused(text, "it is no JSON object", null);
            }
            JsonNode name = json.remove(CLASS);
            if (name == null || !name.isTextual()) {
                throw refused(text, "it names no class", null);
            }
            Class<? extends ModelConfig> type = ModelDeclaration.find(name.textValue());
            requireKnown(type);
            return CaseClass.is(type) ? type.cast(caseClass(text, type, json)) : MAPPER.treeToValue(json, type);
        } catch (ValueInstantiationException e) {
            throw refused(text, e.getCause().getMessage(), e);
        } catch (JsonProcessingException e) {
            throw refused(text, e.getOriginalMessage(), e);
        }
    }

    private static Object caseClass(String text, Class<?> type, ObjectNode json) {
        try {
            return new CaseClass(type, MAPPER).read(json);
        } catch (IllegalArgumentException e) {
            throw refused(text, String.valueOf(e.getMessage()), e);
        }
    }

    private static void requireKnown(Class<?> found) {
        if (!found.isRecord() && !CaseClass.is(found)) {
            throw new IllegalArgumentException(
                    "Cannot keep the model's configuration as JSON: " + found.getName()
                            + " is neither a record nor a case class. Make it one, of components that Jackson can write and read.");
        }
    }

    private static IllegalArgumentException refused(String text, String reason, Throwable cause) {
        return new IllegalArgumentException(
                "Cannot read the model's configuration from " + shown(text) + ": " + reason.replaceFirst("\\.$", "")
                        + ". It is an object with the configuration's class and all its components.",
                cause);
    }

    /** One line, whatever somebody has put into it. */
    private static String shown(String text) {
        String line = text.replaceAll("\\p{Cntrl}", " ");
        return line.length() > SHOWN ? line.substring(0, SHOWN) + "..." : line;
    }
}
