package io.sparkmics.job.settings;

import io.sparkmics.model.Model;
import io.sparkmics.model.ModelConfig;
import io.sparkmics.model.lora.LoraConfig;

/** Which models are ours: what they promise our own tests hold them to. */
public final class BuiltInModels {

    private BuiltInModels() {}

    /** Also beside adapters. */
    public static boolean contains(ModelConfig config) {
        return base(config).getClass().getPackageName().startsWith(Model.class.getPackageName());
    }

    /** Without adapters. */
    public static ModelConfig base(ModelConfig config) {
        return config instanceof LoraConfig adapted ? adapted.base() : config;
    }
}
