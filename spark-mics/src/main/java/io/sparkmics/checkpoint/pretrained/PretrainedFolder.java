package io.sparkmics.checkpoint.pretrained;

import io.sparkmics.checkpoint.CheckpointException;
import io.sparkmics.checkpoint.HuggingFaceFolder;
import io.sparkmics.checkpoint.StorageCall;
import io.sparkmics.checkpoint.WeightFiles;
import io.sparkmics.checkpoint.safetensors.MappedSafetensors;
import io.sparkmics.checkpoint.safetensors.SafetensorsReader;
import io.sparkmics.checkpoint.safetensors.TensorInfo;
import io.sparkmics.model.Model;
import io.sparkmics.model.ModelConfig;
import io.sparkmics.model.Parameter;
import io.sparkmics.model.PretrainedMatch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A folder that {@code save_pretrained} has written: {@code config.json}, and the weights in {@code model.safetensors} or in
 * several files and an index of them. Reads headers only: no tensor, and no native library. Nobody has to trust it.
 */
public final class PretrainedFolder {

    private final Path folder;
    private final Configuration hadoop;
    private final Map<String, TensorInfo> tensors = new TreeMap<>();
    private final Map<String, Path> files = new LinkedHashMap<>();

    private PretrainedFolder(Path folder, Configuration hadoop) {
        this.folder = folder;
        this.hadoop = hadoop;
        Path weights = new HuggingFaceFolder(folder, hadoop).weights();
        Path index = new Path(folder, WeightFiles.INDEX);
        if (exists(weights)) {
            add(weights);
        } else if (exists(index)) {
            PretrainedIndex found = PretrainedIndex.read(index, hadoop);
            found.files().forEach(file -> add(new Path(folder, file)));
            found.requireNames(files.entrySet().stream()
                    .collect(Collectors.toMap(
                            Map.Entry::getKey, entry -> entry.getValue().getName())));
        } else {
            throw new CheckpointException("Cannot start from " + folder + ": it has neither " + weights.getName()
                    + " nor " + WeightFiles.INDEX
                    + ". Name a folder that save_pretrained has written, as safetensors.");
        }
    }

    /**
     * @param folder the one with {@code config.json} in it, or a saved model of ours, which has such a one inside
     * @throws CheckpointException when it is not such a folder, or the storage does not answer
     */
    public static PretrainedFolder open(Path folder, Configuration hadoop) {
        return new PretrainedFolder(withConfig(folder, hadoop), hadoop);
    }

    /**
     * What {@code config.json} describes.
     *
     * @throws CheckpointException when it cannot be read
     * @throws IllegalArgumentException when there is no such model here
     */
    public static ModelConfig config(Path folder, Configuration hadoop) {
        Path found = withConfig(folder, hadoop);
        Map<String, Object> config = new HuggingFaceFolder(found, hadoop).readConfig();
        return Architectures.of(
                Architectures.hidesTokens(config) ? SpecialTokenIds.added(config, found, hadoop) : config);
    }

    /** The folder with {@code config.json}: the given one, or the one inside of a saved model of ours. */
    public static Path withConfig(Path folder, Configuration hadoop) {
        Path inside = new Path(folder, HuggingFaceFolder.NAME);
        return StorageCall.call("look for " + folder, () -> {
            FileSystem files = folder.getFileSystem(hadoop);
            return files.exists(inside) ? inside : folder;
        });
    }

    private boolean exists(Path file) {
        return StorageCall.call(
                "look for " + file, () -> file.getFileSystem(hadoop).exists(file));
    }

    private void add(Path file) {
        try (SafetensorsReader reader = SafetensorsReader.open(file, hadoop)) {
            for (TensorInfo tensor : reader.tensors()) {
                if (tensors.put(tensor.name(), tensor) != null) {
                    throw new CheckpointException("Cannot start from " + folder + ": tensor " + tensor.name()
                            + " is in " + files.get(tensor.name()).getName() + " and in " + file.getName() + ".");
                }
                files.put(tensor.name(), file);
            }
        }
    }

    /**
     * Why a model cannot start from this folder, with everything that does not fit; empty where it can.
     *
     * @param model with unique names
     */
    public List<String> problems(Model model) {
        PretrainedMatch match = match(model);
        List<String> reasons = new ArrayList<>(match.problems());
        match.tensors().values().stream()
                .sorted()
                .map(tensors::get)
                .filter(tensor -> tensor != null && !tensor.type().floating())
                .forEach(tensor -> reasons.add(tensor.name() + " is " + tensor.type()));
        List<String> problems = new ArrayList<>();
        if (!reasons.isEmpty()) {
            problems.add("Cannot start from " + folder + ": of its tensors are " + String.join(", ", reasons)
                    + ". Leave the model unset, for that which its config.json describes, or set one that fits.");
        }
        List<String> untrained = untrained(model, match);
        if (!untrained.isEmpty()) {
            problems.add("Cannot start from " + folder + ": it has no " + String.join(", ", untrained)
                    + ", and what is frozen would stay as it is drawn. Train the model without adapters first, or start"
                    + " from a folder that has them.");
        }
        return problems;
    }

    /** What the folder does not have and the training leaves as it was drawn. */
    private static List<String> untrained(Model model, PretrainedMatch match) {
        return model.pretrainedUnits().stream()
                .filter(unit -> !unit.trainable())
                .flatMap(unit -> unit.parameters().stream())
                .map(Parameter::name)
                .filter(match.drawn()::contains)
                .toList();
    }

    /**
     * What of a model without {@link #problems} does not start from this folder, as a sentence for the user; empty: nothing.
     *
     * @param elsewhere the names of parameters that start from another folder
     */
    public Optional<String> drawn(Model model, Set<String> elsewhere) {
        List<String> drawn = match(model).drawn().stream()
                .filter(name -> !elsewhere.contains(name))
                .toList();
        return drawn.isEmpty()
                ? Optional.empty()
                : Optional.of(folder + " has no " + String.join(", ", drawn)
                        + ": they start as those of a new model, to be trained.");
    }

    /** What of a model without {@link #problems} has more tokens than this folder, for people; empty where nothing has. */
    public Optional<String> grown(Model model) {
        Map<String, String> names = match(model).tensors();
        return model.pretrainedUnits().stream()
                .flatMap(unit -> unit.parameters().stream())
                .filter(parameter -> names.containsKey(parameter.name()))
                .filter(parameter -> tensors.get(names.get(parameter.name())).elements() < parameter.size())
                .findFirst()
                .map(parameter -> folder + " has "
                        + tensors.get(names.get(parameter.name())).shape().get(0) + " tokens, and the model "
                        + parameter.shape().get(0)
                        + ": those behind start as those of a new model, to be trained.");
    }

    private PretrainedMatch match(Model model) {
        return PretrainedMatch.of(
                model,
                tensors.entrySet().stream()
                        .collect(Collectors.toMap(
                                Map.Entry::getKey, entry -> entry.getValue().shape())));
    }

    /** Opens the weights for a model that has no {@link #problems}. The caller's to close. */
    public PretrainedWeights weights(Model model) {
        return new PretrainedWeights(match(model).tensors(), tensors, files, hadoop);
    }

    /**
     * The weights of a model where they lie, on a local disk, by the parameters' names: those that are there. What is narrower
     * than float32 is made float32. Not to be written to; the caller's to close.
     */
    public Map<String, Tensor> mapped(Model model) {
        Map<String, String> names = match(model).tensors();
        Map<String, Tensor> tensors = new HashMap<>();
        Map<String, Tensor> found = new HashMap<>();
        try (PointerScope scope = new PointerScope()) {
            new TreeSet<>(files.values()).forEach(file -> tensors.putAll(MappedSafetensors.map(file, hadoop)));
            names.forEach((parameter, name) -> {
                if (tensors.containsKey(name)) {
                    Tensor weight = wide(tensors.get(name));
                    weight.retainReference();
                    found.put(parameter, weight);
                }
            });
            return found;
        } finally {
            tensors.values().forEach(Tensor::close);
        }
    }

    private static Tensor wide(Tensor weight) {
        ScalarType type = weight.scalar_type().intern();
        return type == ScalarType.Half || type == ScalarType.BFloat16 ? weight.to(ScalarType.Float) : weight;
    }

    /** Qualified as it was given, with the folder inside where there is one. */
    public Path path() {
        return folder;
    }
}
