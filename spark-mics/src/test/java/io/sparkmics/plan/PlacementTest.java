package io.sparkmics.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.plan.Placement.Stay;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class PlacementTest {

    /** Pieces of up to 20 multiples of the alignment, for up to 5 of 12 moments: three numbers a piece. */
    @Property
    void piecesThatAreThereTogetherDoNotOverlap(
            @ForAll @Size(max = 40) List<@IntRange(min = 0, max = 10_000) Integer> numbers) {
        List<Stay> stays = stays(numbers);
        Placement placement = Placement.of(stays);

        assertThat(placement.offsets()).hasSameSizeAs(stays);
        for (int piece = 0; piece < stays.size(); piece++) {
            long begin = placement.offsets().get(piece);
            long end = begin + stays.get(piece).bytes();
            assertThat(begin % Placement.ALIGNMENT).isZero();
            assertThat(begin).isNotNegative();
            assertThat(end).isLessThanOrEqualTo(placement.bytes());
            for (int other = 0; other < piece; other++) {
                if (together(stays.get(piece), stays.get(other))) {
                    long otherBegin = placement.offsets().get(other);
                    long otherEnd = otherBegin + stays.get(other).bytes();
                    assertThat(end <= otherBegin || otherEnd <= begin).isTrue();
                }
            }
        }
    }

    private static List<Stay> stays(List<Integer> numbers) {
        List<Stay> stays = new ArrayList<>();
        for (int i = 0; i + 2 < numbers.size(); i += 3) {
            int from = numbers.get(i + 1) % 12;
            stays.add(new Stay(numbers.get(i), from, from + numbers.get(i + 2) % 5));
        }
        return stays;
    }

    private static boolean together(Stay one, Stay other) {
        return one.from() <= other.to() && other.from() <= one.to();
    }

    /** A language model's shape: an embedding, any number of blocks, a head that is tied to the embedding. */
    @Property
    void theUnitsOfALanguageModelLeaveNoGap(
            @ForAll @IntRange(min = 1, max = 9) int blocks,
            @ForAll @IntRange(min = 1, max = 30) int block,
            @ForAll @IntRange(min = 1, max = 30) int embedding) {
        long unit = Placement.ALIGNMENT;
        List<Long> bytes = new ArrayList<>(List.of(embedding * unit));
        List<List<Integer>> positions = new ArrayList<>(List.of(List.of(0)));
        for (int i = 1; i <= blocks; i++) {
            bytes.add(block * unit);
            positions.add(List.of(i));
        }
        positions.add(List.of(0));
        List<List<Integer>> back = new ArrayList<>(positions);
        Collections.reverse(back);
        positions.addAll(back);

        long neighbours = blocks > 1 ? Math.max(2 * block, block + embedding) : block + embedding;
        assertThat(UnitPlaces.of(positions, bytes, 1).bytes()).isEqualTo(neighbours * unit);
    }

    @Test
    void aUnitThatStaysKeepsItsPlaceAndOneThatComesAgainMayGetAnother() {
        UnitPlaces places = UnitPlaces.of(
                List.of(List.of(0), List.of(0, 1), List.of(1), List.of(2)), List.of(512L, 512L, 1024L), 1);

        assertThat(places.offset(0, 0)).isEqualTo(places.offset(0, 1));
        assertThat(places.offset(1, 1)).isEqualTo(places.offset(1, 2)).isNotEqualTo(places.offset(0, 1));
        assertThat(places.bytes()).isEqualTo(1536);
    }

    /** An embedding at both ends of the way there and back, larger than the blocks. */
    @Property
    void aLargeUnitFindsRoomBesideSeveralSmallOnes(
            @ForAll @IntRange(min = 1, max = 9) int blocks,
            @ForAll @IntRange(min = 1, max = 30) int block,
            @ForAll @IntRange(min = 1, max = 4) int ahead) {
        int embedding = 3 * block;
        List<Long> bytes = new ArrayList<>(List.of(embedding * 512L));
        List<List<Integer>> positions = new ArrayList<>(List.of(List.of(0)));
        for (int i = 1; i <= blocks; i++) {
            bytes.add(block * 512L);
            positions.add(List.of(i));
        }
        List<List<Integer>> back = new ArrayList<>(positions);
        Collections.reverse(back);
        positions.addAll(back);

        assertThat(UnitPlaces.of(positions, bytes, ahead).bytes())
                .isEqualTo((embedding + (long) Math.min(ahead, blocks) * block) * 512);
    }

    @Test
    void unitsThatAreSentForFurtherAheadStandBesideMoreOthers() {
        List<List<Integer>> positions = List.of(List.of(0), List.of(1), List.of(2), List.of(3), List.of(0));
        List<Long> bytes = Collections.nCopies(4, 512L);

        assertThat(UnitPlaces.of(positions, bytes, 1).bytes()).isEqualTo(2 * 512);
        assertThat(UnitPlaces.of(positions, bytes, 2).bytes()).isEqualTo(3 * 512);
        // Sent for again while it is there: so it stays, and the three between it pass by.
        UnitPlaces stays = UnitPlaces.of(positions, bytes, 4);
        assertThat(stays.bytes()).isEqualTo(4 * 512);
        assertThat(stays.offset(0, 0)).isEqualTo(stays.offset(0, 4));
    }

    @Test
    void gradientsOfTwoUnitsAreOnTheirWayAndThoseOfATiedOneWaitForTheEmbedding() {
        // Units: embedding 0, blocks 1 and 2, the head reads the embedding again. All whole gradients 4096, sums 2048.
        List<List<Integer>> stages = List.of(List.of(0), List.of(1), List.of(2), List.of(0));
        GradientPlaces places =
                new GradientPlaces(stages, Collections.nCopies(3, 4096L), Collections.nCopies(3, 2048L));

        // The embedding from the head on, and both blocks when the second one's hop 1 starts.
        assertThat(places.bytes()).isEqualTo(3 * (4096 + 2048));
        assertThat(places.sum(1)).isEqualTo(places.whole(1) + 4096);
        // Three blocks take turns.
        List<List<Integer>> more = List.of(List.of(0), List.of(1), List.of(2), List.of(3), List.of(0));
        GradientPlaces turns = new GradientPlaces(more, Collections.nCopies(4, 4096L), Collections.nCopies(4, 2048L));
        assertThat(turns.bytes()).isEqualTo(places.bytes());
        assertThat(turns.whole(1)).isEqualTo(turns.whole(3)).isNotEqualTo(turns.whole(2));
        assertThat(GradientPlaces.completedBy(stages).get(3)).isEmpty();
        assertThat(GradientPlaces.completedBy(stages).get(0)).containsExactly(0);
    }

    @Test
    void nothingTakesNoRoom() {
        assertThat(Placement.of(List.of()).bytes()).isZero();
    }
}
