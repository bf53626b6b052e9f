package io.sparkmics.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Test;

class LastColumnTest {

    private final List<Integer> replacedAtOnce = new ArrayList<>();

    private Iterator<Row> rows(int count, int batchSize) {
        Iterator<Row> rows = IntStream.range(0, count)
                .mapToObj(i -> RowFactory.create("row " + i, i))
                .iterator();
        return new LastColumn(rows, batchSize, values -> {
            replacedAtOnce.add(values.size());
            return values.stream().map(value -> (Object) ("was " + value)).toList();
        });
    }

    @Test
    void whoWantsToSeeAFewRowsHasAFewComputed() {
        Iterator<Row> rows = rows(1000, 4);

        assertThat(rows.next()).isEqualTo(RowFactory.create("row 0", "was 0"));
        assertThat(replacedAtOnce).containsExactly(4);
    }

    @Test
    void allRowsComeInTheirOrderMoreAndMoreAtOnce() {
        List<Row> all = new ArrayList<>();
        rows(200, 4).forEachRemaining(all::add);

        assertThat(all)
                .containsExactlyElementsOf(IntStream.range(0, 200)
                        .mapToObj(i -> RowFactory.create("row " + i, "was " + i))
                        .toList());
        assertThat(replacedAtOnce).containsExactly(4, 8, 16, 32, 64, 64, 12);
    }

    @Test
    void noMoreThanFourThousandRowsAreHeldUnlessABatchIsMore() {
        rows(20_000, 1000).forEachRemaining(row -> {});
        rows(10_000, 5000).forEachRemaining(row -> {});

        assertThat(replacedAtOnce).containsExactly(1000, 2000, 4000, 4096, 4096, 4096, 712, 5000, 5000);
    }

    /** Of texts of a megabyte so many rows would fill the heap. */
    @Test
    void ofLongRowsFewAreHeld() {
        byte[] text = new byte[1 << 20];
        Row once = RowFactory.create(1, text);
        Row twice = RowFactory.create(text, RowFactory.create("twice", new byte[1 << 20]));
        Row beside = RowFactory.create(text, new byte[1 << 20], "short");
        for (Row row : List.of(once, twice, beside)) {
            replacedAtOnce.clear();
            Iterator<Row> rows = IntStream.range(0, 10).mapToObj(i -> row).iterator();
            new LastColumn(rows, 8, values -> {
                        replacedAtOnce.add(values.size());
                        return values;
                    })
                    .forEachRemaining(each -> {});

            assertThat(replacedAtOnce.get(0)).isEqualTo(row == once ? 4 : 2);
        }
    }

    @Test
    void behindTheLastThereIsNone() {
        Iterator<Row> rows = rows(1, 4);
        rows.next();

        assertThat(rows.hasNext()).isFalse();
        assertThatThrownBy(rows::next).isInstanceOf(NoSuchElementException.class);
    }
}
