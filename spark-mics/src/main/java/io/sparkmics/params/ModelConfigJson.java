package io.sparkmics.params;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparkmics.model.ModelConfig;

/** A model's configuration as JSON: {@code {"class": ..., component: value, ...}}. */
final class ModelConfigJson {

    private static final String CLASS = "class";

    /** Components only: a configuration may have other methods that look like getters. */
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .visibility(PropertyAccessor.GETTER, Visibility.NONE)
            .visibility(PropertyAccessor.IS_GETTER, Visibility.NONE)
            .visibility(PropertyAccessor.FIELD, Visibility.ANY)
            .visibility(PropertyAccessor.CREATOR, Visibility.ANY)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .build();

    private ModelConfigJson() {}

    static String write(ModelConfig config) {
        requireRecord(config.getClass());
        ObjectNode json = MAPPER.createObjectNode().put(CLASS, config.getClass().getName());
        json.setAll(MAPPER.<ObjectNode>valueToTree(config));
        return json.toString();
    }

    /** The class is looked up but nothing of it runs before it has proved to be a model's configuration. */
    static ModelConfig read(String text) {
        try {
            if (!(MAPPER.readTree(text) instanceof ObjectNode json)) {
                throw refused(text, "it is no JSON object", null);
            }
            JsonNode name = json.remove(CLASS);
            if (name == null || !name.isTextual()) {
                throw refused(text, "it names no class", null);
            }
            return MAPPER.treeToValue(json, configClass(name.textValue()));
        } catch (ValueInstantiationException e) {
            throw refused(text, e.getCause().getMessage(), e);
        } catch (JsonProcessingException e) {
            throw refused(text, e.getOriginalMessage(), e);
        }
    }

    private static Class<? extends ModelConfig> configClass(String name) {
        try {
            Class<?> found = Class.forName(name, false, classLoader());
            if (!ModelConfig.class.isAssignableFrom(found)) {
                throw new IllegalArgumentException("Cannot read the model's configuration: " + name
                        + " is no ModelConfig. Only such classes are accepted.");
            }
            requireRecord(found);
            return found.asSubclass(ModelConfig.class);
        } catch (ClassNotFoundException e) {
            throw new IllegalArgumentException(
                    "Cannot read the model's configuration: there is no class " + name
                            + ". Put the jar that has it on the class path of the driver and the executors.",
                    e);
        }
    }

    private static void requireRecord(Class<?> found) {
        if (!found.isRecord()) {
            throw new IllegalArgumentException("Cannot keep the model's configuration as JSON: " + found.getName()
                    + " is no record. Make it one, of components that Jackson can write and read.");
        }
    }

    /** Spark's loader of user jars is the thread's; this class's own is enough where there is none. */
    private static ClassLoader classLoader() {
        ClassLoader threads = Thread.currentThread().getContextClassLoader();
        return threads == null ? ModelConfigJson.class.getClassLoader() : threads;
    }

    private static IllegalArgumentException refused(String text, String reason, Throwable cause) {
        return new IllegalArgumentException(
                "Cannot read the model's configuration from " + text + ": " + reason.replaceFirst("\\.$", "")
                        + ". It is an object with the configuration's class and all its components.",
                cause);
    }
}
