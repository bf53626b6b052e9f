package io.sparkmics.job.export;

import io.sparkmics.checkpoint.CheckpointException;
import io.sparkmics.checkpoint.CheckpointFolder;
import io.sparkmics.checkpoint.CheckpointReader;
import io.sparkmics.checkpoint.HuggingFaceFolder;
import io.sparkmics.checkpoint.WeightsWriter;
import io.sparkmics.checkpoint.pretrained.PretrainedFolder;
import io.sparkmics.checkpoint.safetensors.TensorInfo;
import io.sparkmics.checkpoint.safetensors.TensorType;
import io.sparkmics.model.Model;
import io.sparkmics.model.Unit;
import io.sparkmics.model.lora.Adapter;
import io.sparkmics.model.lora.LoraConfig;
import io.sparkmics.model.lora.LoraModel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkEnv;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes the trained model, unit after unit: one is in memory at a time. In a task that has loaded the native libraries. */
final class ModelFolder {

    private static final String END = "eos_token_id";
    private static final Logger LOG = LoggerFactory.getLogger(ModelFolder.class);

    private final ModelExport.Source source;
    private final Path folder;
    private final Configuration hadoop;

    /** @param folder of this try alone: one that was given up must not touch what a later one writes */
    ModelFolder(ModelExport.Source source, Path folder) {
        this.source = source;
        this.folder = folder;
        this.hadoop = source.hadoop().value();
    }

    WrittenModel write() {
        CheckpointFolder shards = new CheckpointFolder(new Path(source.shards()), hadoop);
        try (CheckpointReader reader = CheckpointReader.open(shards, hadoop)) {
            return write(reader, reader.manifest().states().type());
        }
    }

    private WrittenModel write(CheckpointReader reader, TensorType type) {
        HuggingFaceFolder files = new HuggingFaceFolder(folder, hadoop);
        files.writeConfig(config(type));
        if (source.text()) {
            new ByteTokenizerFiles(source.model().context()).write(files);
        } else if (!source.pretrained().isEmpty()) {
            copyTokenizer(files);
            writeGenerationConfig(files);
        }
        UnitSource units = new UnitSource(reader, type);
        long length;
        if (source.model() instanceof LoraConfig config) {
            LoraModel adapted = config.build();
            new AdapterFiles(config, base(), files.adapter(), hadoop).write(units);
            length = writeWeights(files, config.base().build(), type, unit -> merged(unit, adapted, units));
        } else {
            length = writeWeights(files, source.model().build(), type, units::read);
        }
        return new WrittenModel(
                folder.toString(),
                SparkEnv.get().blockManager().blockManagerId().host(),
                length);
    }

    /**
     * @param values of a unit, by their names: of the caller's scope
     * @return how many bytes the files have
     */
    private long writeWeights(
            HuggingFaceFolder files, Model model, TensorType type, Function<Unit, Map<String, Tensor>> values) {
        try (WeightsWriter writer = files.writeWeights(tensors(model, type), source.maxShardSize())) {
            for (Unit unit : model.units()) {
                try (PointerScope scope = new PointerScope()) {
                    values.apply(unit).forEach(writer::write);
                }
            }
            writer.commit();
            return writer.length();
        }
    }

    /** The folder with the {@code config.json} of what the training began with; empty where there is none. */
    private String base() {
        if (source.pretrained().isEmpty()) {
            return "";
        }
        try {
            return PretrainedFolder.withConfig(new Path(source.pretrained()), hadoop)
                    .toString();
        } catch (CheckpointException e) {
            return source.pretrained();
        }
    }

    /** A unit of the base that makes alone what its adapters make with it. */
    private static Map<String, Tensor> merged(Unit unit, LoraModel adapted, UnitSource units) {
        Map<String, Tensor> values = units.read(unit);
        adapted.beside(unit).ifPresent(beside -> {
            Map<String, Tensor> factors = units.read(beside);
            for (Adapter adapter : adapted.adapters(unit)) {
                values.computeIfPresent(
                        adapter.projection().weight(),
                        (name, weight) ->
                                adapter.merged(weight, factors.get(adapter.down()), factors.get(adapter.up())));
            }
        });
        return values;
    }

    /** What the model says of itself, and what the training knows better. */
    private Map<String, Object> config(TensorType type) {
        Map<String, Object> config = new LinkedHashMap<>(source.model().describe());
        // A model that says nothing of either has no reader that asks.
        config.computeIfPresent("torch_dtype", (name, value) -> type == TensorType.F64 ? "float64" : "float32");
        Map<String, Object> pretrained =
                ofPretrained(folder -> Optional.of(folder.readConfig())).orElseGet(Map::of);
        for (String name : List.of("bos_token_id", END)) {
            if (config.containsKey(name)) {
                config.put(name, ends(name, pretrained.get(name)));
            }
        }
        return config;
    }

    /** How text is generated is as it was, but for what ends it: Python's library asks this file and not {@code config.json}. */
    private void writeGenerationConfig(HuggingFaceFolder files) {
        ofPretrained(HuggingFaceFolder::readGenerationConfig).ifPresent(pretrained -> {
            Map<String, Object> config = new LinkedHashMap<>(pretrained);
            config.put(END, ends(END, pretrained.get(END)));
            files.writeGenerationConfig(config);
        });
    }

    /** @param known what the training began with says of it; null: nothing */
    private Object ends(String name, Object known) {
        return keeps(name, known) ? known : (Integer) source.endOfTextId();
    }

    /** Whether what the training began with says it: how texts begin, and that several tokens end them. */
    private boolean keeps(String name, Object known) {
        return source.endOfTextId() < 0
                || !name.equals(END) && known != null
                || known instanceof List<?> several && several.contains(source.endOfTextId());
    }

    /** What was trained must not be lost because the folder that it began with has gone. */
    private void copyTokenizer(HuggingFaceFolder files) {
        try {
            files.copyTokenizer(PretrainedFolder.withConfig(new Path(source.pretrained()), hadoop));
        } catch (CheckpointException e) {
            LOG.warn("The tokenizer that the training began with is not beside the model: {}", e.getMessage());
        }
    }

    /** Where it says which tokens begin and end a text, that still holds. Empty where the training began with nothing. */
    private Optional<Map<String, Object>> ofPretrained(
            Function<HuggingFaceFolder, Optional<Map<String, Object>>> read) {
        if (source.pretrained().isEmpty()) {
            return Optional.empty();
        }
        try {
            Path pretrained = PretrainedFolder.withConfig(new Path(source.pretrained()), hadoop);
            return read.apply(new HuggingFaceFolder(pretrained, hadoop));
        } catch (CheckpointException e) {
            LOG.warn("Which tokens begin and end a text is not said beside the model: {}", e.getMessage());
            return Optional.empty();
        }
    }

    /** From arithmetic: nothing needs to be read for it. */
    private static List<TensorInfo> tensors(Model model, TensorType type) {
        return model.units().stream()
                .flatMap(unit -> unit.parameters().stream())
                .map(parameter -> new TensorInfo(parameter.name(), type, parameter.shape()))
                .toList();
    }
}
