package io.sparkmics.job;

import io.sparkmics.bootstrap.deadline.Sentence;
import io.sparkmics.bootstrap.machine.NativeLibraries;
import io.sparkmics.checkpoint.HuggingFaceFolder;
import io.sparkmics.data.RowColumn;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.trial.MadeUpRows;
import io.sparkmics.engine.trial.ModelTrial;
import io.sparkmics.job.cluster.NativeLoad;
import io.sparkmics.job.settings.BuiltInModels;
import io.sparkmics.job.settings.TrainingSettings;
import io.sparkmics.model.InputColumn;
import io.sparkmics.model.Model;
import io.sparkmics.model.ModelConfig;
import io.sparkmics.model.ModelName;
import io.sparkmics.model.PredictorConfig;
import io.sparkmics.model.RowLayout;
import io.sparkmics.model.Stage;
import io.sparkmics.model.TokenLoss;
import io.sparkmics.model.UniqueNames;
import io.sparkmics.model.lora.LoraConfig;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/** What can be wrong with a model that a user has written, found on the driver. */
final class ModelCheck {

    private final ModelConfig config;
    private final List<String> problems = new ArrayList<>();

    private ModelCheck(ModelConfig config) {
        this.config = config;
    }

    /** What is wrong with the configuration and with what it builds, one sentence each. Loads no native library. */
    static List<String> problems(ModelConfig config) {
        ModelCheck check = new ModelCheck(config);
        check.attempt("model cannot be built", check::model);
        check.sizes();
        check.attempt("inputs() fail", check::inputs);
        check.attempt("describe() fails", check::description);
        check.serialization();
        return check.problems;
    }

    private void attempt(String failure, Runnable part) {
        try {
            part.run();
        } catch (RuntimeException e) {
            // What Gpt says of its own sizes is a whole sentence.
            boolean sentence = e.getMessage() != null && e.getMessage().startsWith("Cannot ");
            problems.add(
                    sentence
                            ? e.getMessage()
                            : "Cannot train " + name() + ": its " + failure + ": " + Sentence.end(e.toString())
                                    + " Correct it.");
        }
    }

    private void model() {
        Model model = config.build();
        List<Stage> stages = model == null ? null : model.stages();
        if (stages == null || stages.isEmpty() || stages.stream().anyMatch(Objects::isNull)) {
            refuse("its model has no stages, or null for one", "Let stages() list them, the last one makes the loss");
            return;
        }
        for (int index = 0; index < stages.size(); index++) {
            units(
                    model,
                    stages.get(index),
                    "stage " + (index + 1) + " of " + stages.size() + " ("
                            + stages.get(index).getClass().getName() + ")");
        }
        if (problems.isEmpty() && model.units().isEmpty()) {
            refuse("its model has no parameters", "Let a stage name a unit");
        }
        if (problems.isEmpty()) {
            problems.addAll(UniqueNames.problems(model));
        }
    }

    private void units(Model model, Stage stage, String where) {
        if (stage.units() == null || stage.units().stream().anyMatch(Objects::isNull)) {
            refuse(
                    where + " has null for its units, or for one of them",
                    "Let units() be an empty list where it reads none");
        } else if (new HashSet<>(stage.units()).size() < stage.units().size()) {
            refuse(where + " names a unit twice", "Name each unit once in a stage");
        } else if (!model.units().containsAll(stage.units())) {
            refuse(
                    where + " names a unit that the model's units() do not have",
                    "Leave units() as the interface has it");
        }
    }

    private void sizes() {
        if (config.context() < 1) {
            refuse("its context() is " + config.context(), "It must be 1 or more");
        }
        if (config.vocabularySize() < 1) {
            refuse("its vocabularySize() is " + config.vocabularySize(), "It must be 1 or more");
        }
    }

    private void inputs() {
        List<String> names = config.inputs().stream().map(InputColumn::name).toList();
        if (names.contains(RowLayout.LABEL) || new HashSet<>(names).size() < names.size()) {
            refuse(
                    "its inputs() are named " + names,
                    "Name each of them differently, and none of them " + RowLayout.LABEL);
        }
    }

    private void description() {
        HuggingFaceFolder.configProblem(config.describe())
                .ifPresent(reason -> refuse(
                        "its describe() cannot be written as config.json: " + reason,
                        "Describe it with strings, numbers, lists and maps"));
    }

    private void serialization() {
        try (ObjectOutputStream out = new ObjectOutputStream(OutputStream.nullOutputStream())) {
            out.writeObject(config);
        } catch (IOException e) {
            refuse("it cannot be sent to the executors: " + e, "Keep numbers and strings in it");
        }
    }

    private void refuse(String reason, String remedy) {
        problems.add("Cannot train " + name() + ": " + reason + ". " + remedy + ".");
    }

    private String name() {
        return config.getClass().getName();
    }

    /** Why a model that can be built cannot be trained on responses: its loss must be told what to predict. */
    static Optional<String> responses(ModelConfig config) {
        if (config instanceof LoraConfig adapted) {
            return responses(adapted.base());
        }
        List<Stage> stages = config.build().stages();
        boolean follows = config.inputs().isEmpty()
                && stages.get(stages.size() - 1) instanceof TokenLoss loss
                && loss.followsTargets();
        return follows
                ? Optional.empty()
                : Optional.of(
                        "Cannot train " + ModelName.of(config) + " on responses: it does not predict the next token, or"
                                + " its loss cannot leave out prompts. Train a Gpt or a Llama, or let a TokenLoss be the model's last"
                                + " stage.");
    }

    /**
     * Runs the model once, where nothing else is wrong. Not those that are built in: our own tests run them, and without it the
     * driver needs no native library.
     */
    static Optional<String> trial(TrainingSettings settings, Precision precision) {
        ModelConfig config = settings.model();
        if (BuiltInModels.contains(config) || NativeLibraries.problem().isPresent()) {
            return Optional.empty();
        }
        Optional<String> unloaded = NativeLoad.problem(NativeLibraries::load, NativeLoad.TIMEOUT);
        if (unloaded.isPresent()) {
            // Executors may have what the driver has not.
            System.err.println("The model is not tried on the driver: " + unloaded.get());
            return Optional.empty();
        }
        return config.inputs().isEmpty()
                ? ModelTrial.problem(config.build(), config.context(), config.vocabularySize(), precision)
                // Adapters that are new add nothing: what a predictor promises the one beside them has to keep.
                : ModelTrial.problem(config.build(), madeUp(settings), precision)
                        .or(() -> config instanceof LoraConfig adapted
                                ? ModelTrial.problem(adapted.base().build(), madeUp(settings), precision)
                                : Optional.empty());
    }

    private static MadeUpRows madeUp(TrainingSettings settings) {
        return new MadeUpRows(
                settings.layout().orElseThrow(),
                settings.input().rows().stream()
                        .filter(row -> row.role() != RowColumn.Role.WEIGHT)
                        .collect(Collectors.toMap(row -> row.input().name(), RowColumn::limit)),
                BuiltInModels.base(settings.model()) instanceof PredictorConfig predictor ? predictor.outputs() : 0);
    }
}
