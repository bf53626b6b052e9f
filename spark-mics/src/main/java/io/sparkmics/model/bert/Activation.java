package io.sparkmics.model.bert;

import static org.bytedeco.pytorch.global.torch.gelu;
import static org.bytedeco.pytorch.global.torch.relu;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** What stands between the two projections of a feed-forward, by the names of Hugging Face's library. */
final class Activation {

    static final List<String> KNOWN = List.of("gelu", "gelu_new", "gelu_pytorch_tanh", "relu");

    private Activation() {}

    static Tensor of(String name, Tensor input) {
        return switch (name) {
            case "gelu" -> gelu(input);
            case "relu" -> relu(input);
            default -> gelu(input, "tanh");
        };
    }
}
