package io.sparkmics.engine;

import io.sparkmics.model.GptConfig;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** GPT-2 written out from its formulas, with whole weights and no fused operation: what the engine is held against. */
final class ReferenceGpt {

    private final GptConfig config;
    private final Map<String, Tensor> weights;

    ReferenceGpt(GptConfig config, Map<String, Tensor> weights) {
        this.config = config;
        this.weights = weights;
    }

    /** The mean loss over int64 tokens [b, context + 1]. */
    Tensor loss(Tensor tokens) {
        return tokenLosses(tokens).mean();
    }

    /** That of each of the tokens that are predicted, [b, context]. */
    Tensor tokenLosses(Tensor tokens) {
        long length = tokens.size(1) - 1;
        Tensor inputs = tokens.narrow(1, 0, length);
        Tensor targets = tokens.narrow(1, 1, length);
        Tensor hidden = oneHot(inputs, config.vocabularySize())
                .matmul(weight("wte.weight"))
                .add(weight("wpe.weight").narrow(0, 0, length));
        for (int layer = 0; layer < config.layers(); layer++) {
            hidden = block(hidden, "h." + layer + ".");
        }
        Tensor computed = norm(hidden, "ln_f").matmul(weight("wte.weight").transpose(0, 1));
        Tensor logits =
                computed.scalar_type().intern() == ScalarType.BFloat16 ? computed.to(ScalarType.Float) : computed;
        Tensor logProbabilities = logits.sub(logits.logsumexp(new long[] {2}, true));
        return logProbabilities
                .mul(oneHot(targets, config.vocabularySize()))
                .sum(2)
                .neg();
    }

    private Tensor block(Tensor input, String prefix) {
        Tensor attended = attention(norm(input, prefix + "ln_1"), prefix);
        Tensor middle = input.add(attended);
        Tensor wide = project(norm(middle, prefix + "ln_2"), prefix + "mlp.c_fc");
        return middle.add(project(gelu(wide), prefix + "mlp.c_proj"));
    }

    private Tensor attention(Tensor input, String prefix) {
        long length = input.size(1);
        long size = config.width() / config.heads();
        Tensor all = project(input, prefix + "attn.c_attn");
        TensorVector mixed = new TensorVector();
        for (int head = 0; head < config.heads(); head++) {
            Tensor query = all.narrow(2, head * size, size);
            Tensor key = all.narrow(2, config.width() + head * size, size);
            Tensor value = all.narrow(2, 2L * config.width() + head * size, size);
            Tensor scores = query.matmul(key.transpose(1, 2)).div(new Scalar(Math.sqrt(size)));
            Tensor future = torch.ones(new long[] {length, length}, input.options())
                    .triu(1)
                    .to(ScalarType.Bool);
            Tensor weightsOfPast = softmax(scores.masked_fill(future, new Scalar(-1e30)));
            mixed.push_back(weightsOfPast.matmul(value));
        }
        return project(torch.cat(mixed, 2), prefix + "attn.c_proj");
    }

    private static Tensor softmax(Tensor scores) {
        return scores.sub(scores.logsumexp(new long[] {-1}, true)).exp();
    }

    private Tensor norm(Tensor input, String name) {
        Tensor mean = input.mean(new long[] {-1}, true, null);
        Tensor centred = input.sub(mean);
        Tensor variance = centred.square().mean(new long[] {-1}, true, null);
        return centred.div(variance.add(new Scalar(1e-5)).sqrt())
                .mul(weight(name + ".weight"))
                .add(weight(name + ".bias"));
    }

    private static Tensor gelu(Tensor input) {
        Tensor cubed = input.mul(input).mul(input).mul(new Scalar(0.044715));
        Tensor inner = input.add(cubed).mul(new Scalar(Math.sqrt(2 / Math.PI)));
        return input.mul(new Scalar(0.5)).mul(inner.tanh().add(new Scalar(1.0)));
    }

    private Tensor project(Tensor input, String name) {
        return input.matmul(weight(name + ".weight")).add(weight(name + ".bias"));
    }

    private Tensor oneHot(Tensor ids, long classes) {
        return torch.one_hot(ids, classes).to(weight("wte.weight").scalar_type());
    }

    private Tensor weight(String name) {
        return weights.get("transformer." + name);
    }
}
