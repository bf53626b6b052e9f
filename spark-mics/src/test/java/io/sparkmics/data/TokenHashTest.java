package io.sparkmics.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class TokenHashTest {

    private static TokenHash of(List<Integer> numbers) {
        TokenHash hash = new TokenHash();
        numbers.forEach(hash::add);
        return hash;
    }

    private static String digest(List<Integer> numbers) {
        return of(numbers).digest(7);
    }

    @Property(tries = 300)
    void whereARowIsCutDoesNotMatter(
            @ForAll List<@IntRange(min = -2, max = 300) Integer> numbers,
            @ForAll List<@IntRange(max = 300) Integer> cuts) {
        TokenHash joined = new TokenHash();
        int from = 0;
        for (int cut :
                cuts.stream().sorted().filter(cut -> cut < numbers.size()).toList()) {
            joined.add(of(numbers.subList(from, cut)));
            from = cut;
        }
        joined.add(of(numbers.subList(from, numbers.size())));
        assertThat(joined.length()).isEqualTo(numbers.size());
        assertThat(joined.digest(7)).isEqualTo(digest(numbers)).matches("[0-9a-f]{16}");
    }

    @Property(tries = 300)
    void oneOtherNumberOneMoreAndAnotherSeedAreSeen(
            @ForAll @Size(min = 1) List<@IntRange(min = -2, max = 300) Integer> numbers,
            @ForAll @IntRange(max = 1000) int place,
            @ForAll @IntRange(min = 1, max = 300) int difference) {
        Integer[] other = numbers.toArray(Integer[]::new);
        other[place % other.length] += difference;
        assertThat(digest(Arrays.asList(other))).isNotEqualTo(digest(numbers));
        assertThat(digest(numbers.subList(1, numbers.size()))).isNotEqualTo(digest(numbers));
        assertThat(of(numbers).digest(difference + 7L)).isNotEqualTo(digest(numbers));
    }

    @Property(tries = 300)
    void twoNumbersThatChangePlacesAreSeen(
            @ForAll @IntRange(min = -2, max = 300) int one,
            @ForAll @IntRange(min = 1, max = 300) int difference,
            @ForAll @IntRange(max = 18) int powerOfTwo) {
        TokenHash between = of(Collections.nCopies((1 << powerOfTwo) - 1, 5));
        assertThat(around(one, between, one + difference)).isNotEqualTo(around(one + difference, between, one));
    }

    private static String around(int before, TokenHash between, int after) {
        TokenHash hash = of(List.of(before));
        hash.add(between);
        hash.add(after);
        return hash.digest(7);
    }

    /** It lies on storage beside a run's states: another reading of the same data must find the same. */
    @Example
    void theDigestStaysWhatItIs() {
        assertThat(digest(List.of(-1, 104, 195, 169, 256))).isEqualTo("08c12958539f39b8");
    }
}
