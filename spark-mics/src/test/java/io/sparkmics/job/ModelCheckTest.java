package io.sparkmics.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.engine.device.Precision;
import io.sparkmics.job.settings.GoodSettings;
import io.sparkmics.model.ForwardPass;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.Initialization;
import io.sparkmics.model.Model;
import io.sparkmics.model.ModelConfig;
import io.sparkmics.model.Parameter;
import io.sparkmics.model.Stage;
import io.sparkmics.model.Unit;
import io.sparkmics.model.Weights;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class ModelCheckTest {

    private static final Unit UNIT = Unit.of("unit", Parameter.vector("bias", Initialization.constant(0), 2));
    private static final String CONFIG = "Cannot train " + Config.class.getName() + ": ";
    private static final String STAGE = "stage 1 of 1 (" + Reading.class.getName() + ") ";

    private record Reading(List<Unit> units) implements Stage {
        @Override
        public Tensor forward(Tensor input, Weights weights, ForwardPass pass) {
            throw new UnsupportedOperationException("not yet");
        }
    }

    /** Each part can be spoiled. */
    private static final class Config implements ModelConfig {

        private static final long serialVersionUID = 1L;

        private final transient Supplier<Model> model;
        private int size = 5;
        private transient Supplier<Map<String, Object>> description = Map::of;
        private Object burden;

        Config(Supplier<Model> model) {
            this.model = model;
        }

        @Override
        public Model build() {
            return model.get();
        }

        @Override
        public int context() {
            return size;
        }

        @Override
        public int vocabularySize() {
            return size;
        }

        @Override
        public Map<String, Object> describe() {
            return description.get();
        }
    }

    private static Config reading(Unit... units) {
        return new Config(() -> () -> List.of(new Reading(Arrays.asList(units))));
    }

    @Test
    void goodModelsPass() {
        assertThat(ModelCheck.problems(reading(UNIT))).isEmpty();
        assertThat(ModelCheck.problems(Gpt.config())).isEmpty();
    }

    @Test
    void aModelThatCannotBeBuiltIsRefused() {
        Config thrown = new Config(() -> {
            throw new IllegalStateException("no luck");
        });

        assertThat(ModelCheck.problems(thrown))
                .containsExactly(
                        CONFIG + "its model cannot be built: java.lang.IllegalStateException: no luck. Correct it.");
        assertThat(ModelCheck.problems(Gpt.config().heads(3).width(4)))
                .containsExactly(
                        "Cannot build a GPT: width 4 is not a multiple of 3 heads. Choose a width of 3, or other "
                                + "heads.");
    }

    @Test
    void aModelHasStages() {
        String problem = CONFIG
                + "its model has no stages, or null for one. Let stages() list them, the last one makes " + "the loss.";

        assertThat(ModelCheck.problems(new Config(() -> null))).containsExactly(problem);
        assertThat(ModelCheck.problems(new Config(() -> () -> null))).containsExactly(problem);
        assertThat(ModelCheck.problems(new Config(() -> List::of))).containsExactly(problem);
        assertThat(ModelCheck.problems(new Config(() -> () -> Arrays.asList((Stage) null))))
                .containsExactly(problem);
    }

    @Test
    void stagesHaveUnitsAndTheModelHasAllOfThem() {
        Model narrow = new Model() {
            @Override
            public List<Stage> stages() {
                return List.of(new Reading(List.of(UNIT)));
            }

            @Override
            public List<Unit> units() {
                return List.of();
            }
        };

        assertThat(ModelCheck.problems(reading((Unit) null)))
                .containsExactly(CONFIG + STAGE + "has null for its units, or for one of them. Let units() be an empty "
                        + "list where it reads none.");
        assertThat(ModelCheck.problems(reading(UNIT, UNIT)))
                .containsExactly(CONFIG + STAGE + "names a unit twice. Name each unit once in a stage.");
        assertThat(ModelCheck.problems(new Config(() -> narrow)))
                .containsExactly(
                        CONFIG + STAGE + "names a unit that the model's units() do not have. Leave units() as the "
                                + "interface has it.");
        assertThat(ModelCheck.problems(reading()))
                .containsExactly(CONFIG + "its model has no parameters. Let a stage name a unit.");
    }

    @Test
    void everythingElseIsSaidAtOnce() {
        Config config = reading(UNIT, Unit.of("other", UNIT.parameters().get(0)));
        config.size = 0;
        config.description = () -> Map.of("self", new Object());
        config.burden = new Object();

        assertThat(ModelCheck.problems(config))
                .hasSize(5)
                .startsWith(
                        "Cannot train the model: two parameters are named bias. Give each parameter a name of its own.",
                        CONFIG + "its context() is 0. It must be 1 or more.",
                        CONFIG + "its vocabularySize() is 0. It must be 1 or more.")
                .anyMatch(
                        problem -> problem.startsWith(
                                CONFIG
                                        + "its describe() cannot be written as config.json: No serializer found for class java.lang.Object"))
                .endsWith(CONFIG + "it cannot be sent to the executors: java.io.NotSerializableException: "
                        + "java.lang.Object. Keep numbers and strings in it.");
        config.description = () -> null;
        assertThat(ModelCheck.problems(config))
                .contains(CONFIG
                        + "its describe() cannot be written as config.json: it is null. Describe it with strings, "
                        + "numbers, lists and maps.");
    }

    @Test
    void onlyModelsThatUsersBringAreTried() {
        assertThat(ModelCheck.trial(GoodSettings.of(Gpt.config()).build(), Precision.FLOAT32))
                .isEmpty();
        assertThat(ModelCheck.trial(GoodSettings.of(reading(UNIT)).build(), Precision.FLOAT32))
                .hasValueSatisfying(
                        problem -> assertThat(problem).contains(STAGE + "fails").contains("not yet"));
    }
}
