package io.sparkmics.plan.step;

import java.util.List;
import java.util.Optional;

/**
 * Models that are known by name. Of the MiCS article's and paper's own the sizes are as they are remembered, and 12 L h² is as
 * large as the name says; GPT-2's and GPT-3's are published, BloombergGPT's too.
 */
public final class Models {

    private static final int GPT_2 = 50_257;
    private static final int BERT = 32_008;
    private static final int ROBERTA = 50_265;

    /** In the order in which they are told. */
    private static final List<Transformer> ALL = List.of(
            new Transformer("gpt-1.3m", 4, 4, 160, 128, 257),
            new Transformer("gpt2", 12, 12, 768, 1024, GPT_2),
            new Transformer("gpt2-medium", 24, 16, 1024, 1024, GPT_2),
            new Transformer("gpt2-large", 36, 20, 1280, 1024, GPT_2),
            new Transformer("gpt2-xl", 48, 25, 1600, 1024, GPT_2),
            new Transformer("bert-10b", 127, 40, 2560, 512, BERT),
            new Transformer("bert-15b", 190, 40, 2560, 512, BERT),
            new Transformer("bert-20b", 64, 40, 5120, 512, BERT),
            new Transformer("bert-50b", 62, 64, 8192, 512, BERT),
            new Transformer("roberta-20b", 62, 40, 5120, 512, ROBERTA),
            new Transformer("gpt-10b", 48, 32, 4096, 512, GPT_2),
            new Transformer("gpt-20b", 62, 40, 5120, 512, GPT_2),
            new Transformer("gpt-30b", 48, 64, 7168, 2048, GPT_2),
            new Transformer("bloomberggpt-50b", 70, 40, 7680, 2048, 131_072),
            new Transformer("gpt-100b", 80, 80, 10_240, 512, GPT_2),
            new Transformer("gpt-175b", 96, 96, 12_288, 2048, GPT_2));

    private Models() {}

    public static List<Transformer> all() {
        return ALL;
    }

    public static Optional<Transformer> named(String name) {
        return ALL.stream().filter(model -> model.name().equals(name)).findFirst();
    }
}
