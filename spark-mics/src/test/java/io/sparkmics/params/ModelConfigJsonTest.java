package io.sparkmics.params;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import org.junit.jupiter.api.Test;

class ModelConfigJsonTest {

    /** What a user may bring: other components, and methods that look like getters. */
    record OwnConfig(String name, long[] sizes, boolean deep) implements ConfigOnly {

        public String getNothing() {
            return "no component";
        }
    }

    @Test
    void theBuiltInModelIsWrittenAsItsComponents() {
        GptConfig config = Gpt.config().layers(4).heads(4).width(160).context(128);

        String json = ModelConfigJson.write(config);

        assertThat(json)
                .isEqualTo("{\"class\":\"io.sparkmics.model.GptConfig\",\"layers\":4,\"heads\":4,\"width\":160,"
                        + "\"context\":128,\"vocabularySize\":257,\"dropout\":0.0}");
        assertThat(ModelConfigJson.read(json)).isEqualTo(config);
    }

    @Test
    void aUsersOwnRecordIsReadAsItWasWritten() {
        String json = ModelConfigJson.write(new OwnConfig("mine", new long[] {2, 3}, true));

        assertThat(json)
                .isEqualTo("{\"class\":\"io.sparkmics.params.ModelConfigJsonTest$OwnConfig\",\"name\":\"mine\","
                        + "\"sizes\":[2,3],\"deep\":true}");
        assertThat(ModelConfigJson.read(json)).isInstanceOfSatisfying(OwnConfig.class, config -> {
            assertThat(config.name()).isEqualTo("mine");
            assertThat(config.sizes()).containsExactly(2, 3);
            assertThat(config.deep()).isTrue();
        });
    }

    @Test
    void whatIsNotAConfigurationIsRefused() {
        refuses("[]", "it is no JSON object");
        refuses("", "it is no JSON object");
        refuses("{", "Unexpected end-of-input");
        refuses("{\"layers\":1}", "it names no class");
        refuses("{\"class\":7}", "it names no class");
        String good = ModelConfigJson.write(Gpt.config());
        refuses(good.replace("}", ",\"depth\":1}"), "Unrecognized field \"depth\"");
        refuses(good.replace(",\"dropout\":0.0", ""), "Missing creator property 'dropout'");
        refuses(
                good.replace("\"layers\":12", "\"layers\":-1"),
                ": Cannot configure a GPT: layers = -1 must be positive. It is an object with");
    }

    @Test
    void aValueIsTakenAsItIsOrRefused() {
        String good = ModelConfigJson.write(Gpt.config());
        refuses(good.replace("\"layers\":12", "\"layers\":\"12\""), "Cannot coerce String value");
        refuses(good.replace("\"layers\":12", "\"layers\":12.5"), "Cannot coerce Floating-point value");
        refuses(good.replace("\"layers\":12", "\"layers\":null"), "Cannot map `null` into type `int`");
        refuses(good.replace("\"layers\":12", "\"layers\":99999999999"), "out of range of int");
        refuses(good.replace("{", "{\"layers\":1,"), "Duplicate field 'layers'");
        refuses(good.replace("{", "{\"class\":\"java.lang.String\","), "Duplicate field 'class'");
        refuses(good + " {}", "Trailing token");
        assertThat(ModelConfigJson.read(good.replace("\"dropout\":0.0", "\"dropout\":0")))
                .isEqualTo(Gpt.config());
    }

    @Test
    void whatIsTooLongOrTooDeepIsRefusedAndNotRepeated() {
        String deep = "{\"class\":".repeat(100);
        refuses(deep, "nesting depth (33) exceeds the maximum allowed (32");
        String longOne = "{\"class\":\"" + "x".repeat(1 << 20) + "\"}";
        refuses(longOne, "it has 1048588 characters, and 1048576 are allowed");
        assertThatThrownBy(() -> ModelConfigJson.read(longOne))
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(600));
        assertThatThrownBy(() -> ModelConfigJson.read("[\n\"INFO all is well\"]"))
                .message()
                .doesNotContain("\n");
    }

    private static void refuses(String json, String reason) {
        assertThatThrownBy(() -> ModelConfigJson.read(json))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Cannot read the model's configuration")
                .hasMessageContaining(reason);
    }
}
