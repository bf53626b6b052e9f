package io.sparkmics.job.export;

import io.sparkmics.checkpoint.HuggingFaceFolder;
import io.sparkmics.checkpoint.pretrained.AdapterFolder;
import io.sparkmics.checkpoint.safetensors.SafetensorsHeader;
import io.sparkmics.checkpoint.safetensors.SafetensorsWriter;
import io.sparkmics.checkpoint.safetensors.TensorInfo;
import io.sparkmics.checkpoint.safetensors.TensorType;
import io.sparkmics.model.LanguageModel;
import io.sparkmics.model.PredictorConfig;
import io.sparkmics.model.Unit;
import io.sparkmics.model.lora.Adapter;
import io.sparkmics.model.lora.Lora;
import io.sparkmics.model.lora.LoraConfig;
import io.sparkmics.model.lora.LoraModel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.bytedeco.javacpp.PointerScope;

/**
 * What PEFT needs to put the adapters, and heads that were trained in full, beside the model that they were trained beside:
 * {@code adapter_config.json} and {@code adapter_model.safetensors}.
 *
 * @param base the folder of that model; empty: none
 * @param folder where they go
 */
record AdapterFiles(LoraConfig model, String base, Path folder, Configuration hadoop) {

    void write(UnitSource source) {
        new HuggingFaceFolder(folder, hadoop).writeJson(AdapterFolder.CONFIG, config());
        List<Unit> units = model.build().trainedUnits();
        SafetensorsHeader header = header(units, source.type());
        try (SafetensorsWriter writer =
                SafetensorsWriter.create(new Path(folder, AdapterFolder.WEIGHTS), header, hadoop)) {
            for (Unit unit : units) {
                try (PointerScope scope = new PointerScope()) {
                    source.read(unit).forEach((name, value) -> writer.write(AdapterFolder.PREFIX + name, value));
                }
            }
            writer.commit();
        }
    }

    private static SafetensorsHeader header(List<Unit> units, TensorType type) {
        return SafetensorsHeader.of(units.stream()
                .flatMap(unit -> unit.parameters().stream())
                .map(parameter -> new TensorInfo(AdapterFolder.PREFIX + parameter.name(), type, parameter.shape()))
                .toList());
    }

    private Map<String, Object> config() {
        LoraModel adapted = model.build();
        List<Adapter> adapters = adapted.adapters();
        Lora lora = model.lora();
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("peft_type", "LORA");
        config.put("task_type", task(adapted));
        config.put("base_model_name_or_path", base.isEmpty() ? null : local(base));
        config.put("r", lora.rank());
        // As PEFT writes it where it can be.
        config.put("lora_alpha", lora.alpha() == Math.rint(lora.alpha()) ? (Object) (long) lora.alpha() : lora.alpha());
        config.put("lora_dropout", lora.dropout());
        config.put(
                "target_modules",
                adapters.stream()
                        .map(adapter -> adapter.projection().kind())
                        .distinct()
                        .sorted()
                        .toList());
        config.put(
                "fan_in_fan_out",
                adapters.stream().anyMatch(adapter -> adapter.projection().inputsFirst()));
        config.put("bias", "none");
        config.put("init_lora_weights", true);
        config.put("inference_mode", true);
        config.put(
                "modules_to_save",
                adapted.taskHeads().isEmpty()
                        ? null
                        : adapted.taskHeads().stream().map(Unit::name).toList());
        return config;
    }

    /** Of PEFT's, which has none for guessing hidden tokens. */
    private String task(LoraModel adapted) {
        if (model.base() instanceof PredictorConfig) {
            return "SEQ_CLS";
        }
        return adapted instanceof LanguageModel ? "CAUSAL_LM" : null;
    }

    /** Python's library knows folders, not Hadoop's file systems. */
    private static String local(String folder) {
        Path path = new Path(folder);
        return "file".equals(path.toUri().getScheme()) ? path.toUri().getPath() : folder;
    }
}
