package io.sparkmics.model;

import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/** One pass of one micro-batch through the stages. */
public interface ForwardPass {

    /**
     * What the first stage was given. Of a stream of tokens, and of prompts with their responses, int64 [b, t + 1]: what is
     * predicted from the first t of them are {@link #targets}. A stream always gives t = context; responses, scoring and generating
     * give less where texts are shorter. -1 pads at the end: nothing is predicted there. Of rows it is the first of {@link
     * ModelConfig#inputs()}. Belongs to the engine: neither to be changed nor closed.
     */
    Tensor data();

    /**
     * A column of the rows by its name, [b, ...]: one of {@link ModelConfig#inputs()} or, in the last stage, {@code label},
     * which is int64 [b] where it is a class and else float32 [b], or float64 where that is trained in. There is no label where
     * rows are scored. Belongs to the engine as {@link #data()} does.
     *
     * @throws IllegalArgumentException naming those that there are
     */
    Tensor column(String name);

    /**
     * What a model of language predicts at each of the t positions: int64 [b, t], negative where nothing is. The token that
     * follows; of a prompt and its response, the response's alone. Belongs to the engine as {@link #data()} does.
     */
    default Tensor targets() {
        return data().narrow(1, 1, data().size(1) - 1);
    }

    /** Whether dropout is on in this pass. */
    boolean training();

    /**
     * Dropout whose mask is a function of seed, step, slot of the sequence, unit and site alone: the same for every world
     * size, group size and micro-batch size, and again when the pass is recomputed. The identity outside training or when
     * the probability is 0.
     *
     * @param tensor its first dimension is the micro-batch, and where it has the positions of a sequence they are the second: so
     *     its mask begins alike however much padding is behind the sequence
     * @param site unique in the model, the unit's name included
     */
    Tensor dropout(Tensor tensor, double probability, String site);

    /**
     * Random numbers, the same ones whenever they are asked for in the pass, by whichever stage. In training a function of seed,
     * step, slot of the sequence and site alone, as dropout masks are. Elsewhere they do not change from step to step, so that
     * losses can be compared; and where a model scores rows they are a function of the sequence's data and the site.
     *
     * @param site unique in the model; those of dropout are others
     * @param shape of the numbers of one sequence
     * @return float64 [b, ...shape], in [0, 1), on the device of the data
     */
    Tensor uniform(String site, long... shape);

    /**
     * What tokens see of those before them, for a model that {@link LanguageModel#readsPast}: where text is generated, what
     * earlier passes over these sequences have left, and -1 pads at the beginning then; where it is trained on separate
     * documents, those of the same document. Nothing in any other training and in scoring: each token sees all before it.
     */
    default Optional<Past> past() {
        return Optional.empty();
    }
}
