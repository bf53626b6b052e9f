package io.sparkmics.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class PackerTest {

    /** Tokens are their own positions, so a piece shows where it came from. */
    private static Map<Long, int[]> pack(int context, List<Integer> partitionSizes) {
        Map<Long, List<int[]>> pieces = new HashMap<>();
        int position = 0;
        for (int size : partitionSizes) {
            Packer packer = new Packer(SequenceForm.stream(context), position, (sequence, offset, piece) -> {
                assertThat(piece).isNotEmpty();
                assertThat(piece[0]).isEqualTo(sequence * context + offset);
                pieces.computeIfAbsent(sequence, g -> new ArrayList<>()).add(piece);
            });
            for (int i = 0; i < size; i++) {
                packer.accept(position++);
            }
            packer.finish();
        }
        Map<Long, int[]> sequences = new HashMap<>();
        pieces.forEach((sequence, parts) -> sequences.put(
                sequence, parts.stream().flatMapToInt(Arrays::stream).toArray()));
        return sequences;
    }

    @Property
    void noTokenIsLostAndNoneIsThereTwice(
            @ForAll @IntRange(min = 1, max = 9) int context,
            @ForAll @Size(min = 1, max = 8) List<@IntRange(max = 25) Integer> partitionSizes) {
        int tokens = partitionSizes.stream().mapToInt(Integer::intValue).sum();
        Packing packing = new Packing(SequenceForm.stream(context), tokens);
        Map<Long, int[]> sequences = pack(context, partitionSizes);
        List<Integer> predicted = new ArrayList<>();
        for (long g = 0; g < packing.withTail(); g++) {
            int[] sequence = sequences.get(g);
            assertThat(sequence).hasSize(packing.length(g));
            assertThat(sequence[0]).isEqualTo((int) g * context);
            Arrays.stream(sequence).skip(1).forEach(predicted::add);
        }
        assertThat(predicted).hasSize(Math.max(tokens - 1, 0)).isSorted().doesNotHaveDuplicates();
        assertThat(packing.length(packing.withTail())).isZero();
    }

    @Property
    void wholeSequencesAndTheTailAreAllTokens(
            @ForAll @IntRange(min = 1, max = 50) int context, @ForAll @IntRange(max = 5000) int tokens) {
        Packing packing = new Packing(SequenceForm.stream(context), tokens);
        long covered = packing.whole() == 0 ? 0 : packing.whole() * context + 1;
        assertThat(covered + packing.tail()).isEqualTo(tokens);
        assertThat(packing.tail()).isBetween(0L, (long) context);
        assertThat(packing.withTail() - packing.whole()).isBetween(0L, 1L);
    }

    @Example
    void aSequenceOverThreePartitionsLeavesInThreePieces() {
        List<String> pieces = new ArrayList<>();
        int position = 0;
        for (int size : new int[] {3, 1, 3}) {
            Packer packer = new Packer(
                    SequenceForm.stream(4),
                    position,
                    (sequence, offset, piece) -> pieces.add(sequence + "+" + offset + Arrays.toString(piece)));
            for (int i = 0; i < size; i++) {
                packer.accept(position++);
            }
            packer.finish();
        }
        assertThat(pieces).containsExactly("0+0[0, 1, 2]", "0+3[3]", "0+4[4]", "1+0[4, 5, 6]");
    }
}
