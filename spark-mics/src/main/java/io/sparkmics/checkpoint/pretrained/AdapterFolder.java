package io.sparkmics.checkpoint.pretrained;

import io.sparkmics.checkpoint.CheckpointException;
import io.sparkmics.checkpoint.HuggingFaceFolder;
import io.sparkmics.checkpoint.StorageCall;
import io.sparkmics.checkpoint.safetensors.SafetensorsReader;
import io.sparkmics.checkpoint.safetensors.TensorInfo;
import io.sparkmics.model.Description;
import io.sparkmics.model.Model;
import io.sparkmics.model.PretrainedMatch;
import io.sparkmics.model.PretrainedNames;
import io.sparkmics.model.Projection;
import io.sparkmics.model.lora.Adapter;
import io.sparkmics.model.lora.Lora;
import io.sparkmics.model.lora.LoraConfig;
import io.sparkmics.model.lora.LoraModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * A folder that {@code save_pretrained} of Hugging Face's PEFT has written: {@code adapter_config.json} and {@code
 * adapter_model.safetensors}. Reads the header only: no tensor, and no native library. Nobody has to trust it.
 */
public final class AdapterFolder {

    public static final String CONFIG = "adapter_config.json";
    public static final String WEIGHTS = "adapter_model.safetensors";

    /** What stands before the names of parameters: PEFT puts the model into two others. */
    public static final String PREFIX = "base_model.model.";

    /** Where nothing is said. */
    private static final int PEFT_RANK = 8;

    private static final int PEFT_ALPHA = 8;

    private final Path folder;
    private final Configuration hadoop;
    private final Map<String, Object> config;
    private final Map<String, TensorInfo> tensors = new TreeMap<>();

    private AdapterFolder(Path folder, Configuration hadoop) {
        this.folder = folder;
        this.hadoop = hadoop;
        config = new HuggingFaceFolder(folder, hadoop).readJson(CONFIG);
        if (!exists(weights(), hadoop)) {
            throw new CheckpointException("Cannot go on from the adapter in " + folder + ": it has no " + WEIGHTS
                    + ". Let PEFT save it with safe_serialization=True.");
        }
        try (SafetensorsReader reader = SafetensorsReader.open(weights(), hadoop)) {
            reader.tensors().forEach(tensor -> tensors.put(tensor.name(), tensor));
        }
    }

    /**
     * @param folder PEFT's, or a saved model of ours, which has such a one inside
     * @throws CheckpointException when it is not such a folder, or the storage does not answer
     */
    public static AdapterFolder open(Path folder, Configuration hadoop) {
        Path saved = new Path(folder, HuggingFaceFolder.NAME);
        return Stream.of(folder, inside(folder, hadoop), inside(saved, hadoop))
                .filter(candidate -> exists(new Path(candidate, CONFIG), hadoop))
                .findFirst()
                .map(found -> new AdapterFolder(found, hadoop))
                .orElseThrow(() -> new CheckpointException("Cannot go on from the adapter in " + folder + ": it has no "
                        + CONFIG + ". Name a folder that PEFT's save_pretrained has written, or a model that was saved"
                        + " with adapters."));
    }

    private static Path inside(Path folder, Configuration hadoop) {
        return new HuggingFaceFolder(folder, hadoop).adapter();
    }

    private static boolean exists(Path file, Configuration hadoop) {
        return StorageCall.call(
                "look for " + file, () -> file.getFileSystem(hadoop).exists(file));
    }

    /**
     * What the adapters of a model must be to go on from these as they were trained: rank, alpha and dropout as they are described,
     * beside the kinds of projections that there are tensors of, which PEFT may have been told by a pattern. Whether they fit is
     * for {@link #problems} to say.
     *
     * @throws CheckpointException when rank, alpha or dropout is none
     */
    public Lora lora(Model base) {
        Description description = new Description("adapter", config);
        int rank = description.size("r", PEFT_RANK);
        double alpha = description.number("lora_alpha", PEFT_ALPHA);
        double dropout = description.fraction("lora_dropout", 0);
        if (!description.fine()) {
            throw new CheckpointException("Cannot go on from the adapter in " + folder + ": "
                    + String.join(", ", description.problems()) + ". Mend its " + CONFIG + ", or name another folder.");
        }
        Lora everywhere = new Lora(rank, alpha, 0, List.of());
        List<String> kinds = base.projections().stream()
                .filter(projection -> tensors.containsKey(PREFIX + new Adapter(projection, everywhere).down()))
                .map(Projection::kind)
                .distinct()
                .sorted()
                .toList();
        return new Lora(rank, alpha, dropout, kinds);
    }

    /** What there is of a model's parameters, by their names. */
    public Set<String> parameters() {
        return tensors.keySet().stream().map(AdapterFolder::parameter).collect(Collectors.toSet());
    }

    /** Whether it lies in the folder of a saved model, whose weights then have it merged into them. */
    public boolean isInside(Path model) {
        return inside(model, hadoop).equals(folder);
    }

    /** Why a model's adapters cannot start from this folder, with everything that does not fit; empty where they can. */
    public List<String> problems(LoraConfig model) {
        List<String> reasons = new ArrayList<>(described(model));
        PretrainedMatch match = match(model.build());
        if (!match.problems().isEmpty()) {
            reasons.add("of its tensors are " + String.join(", ", match.problems()));
        }
        match.tensors().values().stream()
                .sorted()
                .map(name -> tensors.get(PREFIX + name))
                .filter(tensor -> !tensor.type().floating())
                .forEach(tensor -> reasons.add(tensor.name() + " is " + tensor.type()));
        return reasons.isEmpty()
                ? List.of()
                : List.of("Cannot go on from the adapter in " + folder + ": " + String.join(", ", reasons) + ". Its "
                        + CONFIG + " says r = " + config.get("r") + ", lora_alpha = " + config.get("lora_alpha")
                        + " and target_modules = " + config.get("target_modules")
                        + ": set loraRank, loraAlpha and loraTargets to these, or name another folder.");
    }

    /** Which of its settings are others than the model's, or make of the same numbers something that ours do not. */
    private List<String> described(LoraConfig model) {
        Description description = new Description("adapter", config);
        description.requireOneOf("peft_type", null, "LORA");
        description.requireOneOf("r", PEFT_RANK, model.lora().rank());
        description.requireOneOf("lora_alpha", PEFT_ALPHA, model.lora().alpha());
        // Another may be set, but what is none was not written by PEFT.
        description.fraction("lora_dropout", 0);
        description.requireOneOf("bias", "none", "none");
        description.requireOneOf("use_rslora", false, false);
        description.requireOneOf("use_dora", false, false);
        description.requireOneOf("rank_pattern", null, null, Map.of());
        description.requireOneOf("alpha_pattern", null, null, Map.of());
        // Others begin with a change of the base.
        description.requireOneOf("init_lora_weights", true, "gaussian", false, true);
        return description.problems();
    }

    private PretrainedMatch match(LoraModel model) {
        return PretrainedMatch.of(
                model.trainedUnits(),
                PretrainedNames.SAME,
                Set.of(),
                tensors.values().stream()
                        .collect(Collectors.toMap(
                                tensor -> parameter(tensor.name()), TensorInfo::shape, (one, other) -> one)));
    }

    /** What begins otherwise is no parameter's. */
    private static String parameter(String tensor) {
        return tensor.startsWith(PREFIX) ? tensor.substring(PREFIX.length()) : tensor + " without " + PREFIX;
    }

    /** Opens the weights for a model that has no {@link #problems}. The caller's to close. */
    public PretrainedWeights weights(LoraModel model) {
        return new PretrainedWeights(
                match(model).tensors().entrySet().stream()
                        .collect(Collectors.toMap(Map.Entry::getKey, entry -> PREFIX + entry.getValue())),
                tensors,
                tensors.keySet().stream().collect(Collectors.toMap(name -> name, name -> weights())),
                hadoop);
    }

    private Path weights() {
        return new Path(folder, WEIGHTS);
    }

    /** Qualified as it was given, with the folder inside where there is one. */
    public Path path() {
        return folder;
    }
}
