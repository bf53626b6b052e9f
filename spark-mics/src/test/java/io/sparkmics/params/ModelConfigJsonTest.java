package io.sparkmics.params;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import io.sparkmics.model.Model;
import io.sparkmics.model.ModelConfig;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ModelConfigJsonTest {

    /** What a user may bring: other components, and methods that look like getters. */
    record OwnConfig(String name, long[] sizes, boolean deep) implements ModelConfig {

        public String getNothing() {
            return "no component";
        }

        @Override
        public Model build() {
            throw new UnsupportedOperationException();
        }

        @Override
        public int context() {
            return 1;
        }

        @Override
        public int vocabularySize() {
            return 1;
        }

        @Override
        public Map<String, Object> describe() {
            return Map.of();
        }
    }

    private static boolean touched;

    /** No configuration: nothing of it may run. */
    @SuppressWarnings("unused")
    static final class Trap {
        static {
            touched = true;
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
    void anotherClassIsRefusedBeforeItRuns() {
        String trap = Trap.class.getName();

        refuses("{\"class\":\"" + trap + "\"}", trap + " is no ModelConfig. Only such classes are accepted.");
        assertThat(touched).isFalse();
    }

    @Test
    void whatIsNotAConfigurationIsRefused() {
        refuses("[]", "it is no JSON object");
        refuses("", "it is no JSON object");
        refuses("{", "Unexpected end-of-input");
        refuses("{\"layers\":1}", "it names no class");
        refuses("{\"class\":\"no.such.Config\"}", "there is no class no.such.Config. Put the jar");
        String good = ModelConfigJson.write(Gpt.config());
        refuses(good.replace("}", ",\"depth\":1}"), "Unrecognized field \"depth\"");
        refuses(good.replace(",\"dropout\":0.0", ""), "Missing creator property 'dropout'");
        refuses(
                good.replace("\"layers\":12", "\"layers\":-1"),
                ": Cannot configure a GPT: layers = -1 must be positive. It is an object with");
    }

    private static void refuses(String json, String reason) {
        assertThatThrownBy(() -> ModelConfigJson.read(json))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Cannot read the model's configuration")
                .hasMessageContaining(reason);
    }
}
