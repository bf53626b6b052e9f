package io.sparkmics.model;

import static org.bytedeco.pytorch.global.torch.arange;
import static org.bytedeco.pytorch.global.torch.empty;

import java.util.HashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The keys and values of a batch of sequences that grow together. Shorter ones stand to the right: before their first token
 * are slots that nobody attends to. Native memory, the caller's to close. One thread.
 */
final class KeyValueCache implements Past, AutoCloseable {

    private static final int SLOTS = 2;

    private final long capacity;
    private final Map<String, Tensor> keys = new HashMap<>();
    private final Map<String, Tensor> values = new HashMap<>();
    private final boolean padded;
    /** The empty slots before each sequence: int64 [b, 1]. */
    private Tensor padding;

    private long length;
    private long coming;
    private Tensor positions;
    private TensorOptional mask;

    /**
     * @param padding the empty slots before each sequence
     * @param capacity the most slots that there will be
     */
    KeyValueCache(int[] padding, long capacity) {
        this.capacity = capacity;
        this.padding = Tokens.tensor(padding, padding.length);
        boolean any = false;
        for (int slots : padding) {
            any |= slots > 0;
        }
        this.padded = any;
    }

    /** Begins a pass of so many tokens a sequence; what it makes belongs to the caller's scope. */
    void begin(long tokens) {
        coming = tokens;
        TensorOptions integers = new TensorOptions().dtype(new ScalarTypeOptional(ScalarType.Long));
        Tensor mine = arange(new Scalar(length), new Scalar(length + tokens), integers);
        positions = mine.unsqueeze(0).sub(padding).clamp_min(new Scalar(0L));
        mask = padded ? new TensorOptional(mask(mine.unsqueeze(1), integers)) : new TensorOptional();
    }

    /** Every token sees itself, empty slots too: attention to nothing is no number, and would spoil those that are. */
    private Tensor mask(Tensor mine, TensorOptions integers) {
        Tensor all = arange(new Scalar(length + coming), integers).unsqueeze(0);
        Tensor filled = all.unsqueeze(0).ge(padding.unsqueeze(1));
        Tensor seen = all.le(mine).unsqueeze(0).logical_and(filled);
        return seen.logical_or(all.eq(mine).unsqueeze(0)).unsqueeze(1);
    }

    /** What the pass has brought is there for the next. */
    void end() {
        length += coming;
        positions = null;
        mask = null;
    }

    @Override
    public Tensor positions() {
        return positions;
    }

    @Override
    public Tensor attend(Tensor query, Tensor key, Tensor value, String site) {
        // Where no slot is empty, the first pass is causal, and a single token behind it sees all.
        boolean causal = !padded && length == 0;
        return CausalAttention.fused(query, with(keys, site, key), with(values, site, value), mask, causal);
    }

    private Tensor with(Map<String, Tensor> kept, String site, Tensor coming) {
        Tensor slots = kept.computeIfAbsent(site, first -> {
            Tensor made = empty(
                    new long[] {coming.size(0), coming.size(1), capacity, coming.size(3)},
                    coming.options(),
                    new MemoryFormatOptional());
            made.retainReference();
            return made;
        });
        slots.narrow(SLOTS, length, coming.size(SLOTS)).copy_(coming);
        return slots.narrow(SLOTS, 0, length + coming.size(SLOTS));
    }

    /** Lets go of all sequences but these. */
    void keep(int[] rows) {
        try (PointerScope scope = new PointerScope();
                Tensor chosen = Tokens.tensor(rows, 1)) {
            padding = of(padding, chosen);
            keys.replaceAll((site, tensor) -> of(tensor, chosen));
            values.replaceAll((site, tensor) -> of(tensor, chosen));
        }
    }

    private static Tensor of(Tensor all, Tensor chosen) {
        Tensor rows = all.index_select(0, chosen.view(-1));
        rows.retainReference();
        all.close();
        return rows;
    }

    @Override
    public void close() {
        padding.close();
        keys.values().forEach(Tensor::close);
        values.values().forEach(Tensor::close);
    }
}
