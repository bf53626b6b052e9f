package io.sparkmics.data;

import io.sparkmics.model.InputColumn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import scala.collection.Iterator;
import scala.collection.Seq;

/**
 * Makes a row of 32-bit words of some columns of a frame's row, one behind the other. Text is its bytes, cut off or padded with
 * -1 to the column's length, as ids are; numbers are rounded to single precision.
 */
public final class RowEncoder implements RowWords {

    private static final long serialVersionUID = 1L;

    private final List<RowColumn> columns;

    public RowEncoder(List<RowColumn> columns) {
        // A list that Java serialization knows whatever the caller's was.
        this.columns = new ArrayList<>(columns);
    }

    List<RowColumn> columns() {
        return columns;
    }

    @Override
    public List<String> problems(StructType schema) {
        Columns found = new Columns(schema);
        columns.forEach(column -> found.requireInput(column));
        return found.problems();
    }

    @Override
    public Column struct(StructType schema) {
        Columns found = new Columns(schema);
        return functions.struct(
                columns.stream().map(column -> raw(found, column)).toArray(Column[]::new));
    }

    private static Column raw(Columns frame, RowColumn column) {
        if (column.isTokens()) {
            return frame.tokens(column.column());
        }
        Column raw = Columns.column(column.column());
        DataType type = frame.type(column.column());
        if (Columns.isVector(type)) {
            return raw;
        }
        return raw.cast(
                type instanceof ArrayType ? DataTypes.createArrayType(DataTypes.DoubleType) : DataTypes.DoubleType);
    }

    @Override
    public int words() {
        return columns.stream().mapToInt(column -> column.input().size()).reduce(0, Math::addExact);
    }

    /** @throws IllegalArgumentException telling all that is wrong with the row */
    public int[] encode(Row row) {
        List<RowProblem> problems = new ArrayList<>();
        int[] words = encode(row, problems);
        require(problems, "predict");
        return words;
    }

    /** @throws IllegalArgumentException telling all of the problems, where there are some */
    void require(List<RowProblem> problems, String what) {
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(problems.stream()
                    .map(problem -> problem.describe(columns.get(problem.column()), 1, what))
                    .collect(Collectors.joining("\n")));
        }
    }

    @Override
    public int[] encode(Row row, List<RowProblem> problems) {
        int[] words = new int[words()];
        int offset = 0;
        for (int index = 0; index < columns.size(); index++) {
            new Part(index, columns.get(index), words, offset, problems).encode(row.get(index));
            offset += columns.get(index).input().size();
        }
        return words;
    }

    /** One column's part of a row. */
    private record Part(int index, RowColumn column, int[] words, int offset, List<RowProblem> problems) {

        void encode(Object value) {
            if (value == null) {
                refuse(RowProblem.Kind.NULL, 0);
            } else if (value instanceof byte[] text) {
                tokens(ByteTokenizer.encode(Arrays.copyOf(text, Math.min(text.length, size()))));
            } else if (column.isTokens()) {
                ids((Seq<?>) value);
            } else if (value instanceof Vector vector) {
                numbers(vector.toArray());
            } else if (value instanceof Seq<?> elements) {
                elements(elements);
            } else {
                numbers(new double[] {(Double) value});
            }
        }

        private int size() {
            return column.input().size();
        }

        private void ids(Seq<?> ids) {
            int[] tokens = new int[Math.min(ids.size(), size())];
            Iterator<?> iterator = ids.iterator();
            for (int i = 0; i < tokens.length; i++) {
                Long id = (Long) iterator.next();
                if (id == null) {
                    refuse(RowProblem.Kind.NULL_ELEMENT, 0);
                    return;
                }
                if (id < 0 || id >= column.limit()) {
                    refuse(RowProblem.Kind.FOREIGN_ID, id);
                    return;
                }
                tokens[i] = id.intValue();
            }
            tokens(tokens);
        }

        private void tokens(int[] tokens) {
            System.arraycopy(tokens, 0, words, offset, tokens.length);
            Arrays.fill(words, offset + tokens.length, offset + size(), TokenBatch.PADDING);
        }

        private void elements(Seq<?> elements) {
            double[] values = new double[elements.size()];
            Iterator<?> iterator = elements.iterator();
            for (int i = 0; i < values.length; i++) {
                Double value = (Double) iterator.next();
                if (value == null) {
                    refuse(RowProblem.Kind.NULL_ELEMENT, 0);
                    return;
                }
                values[i] = value;
            }
            numbers(values);
        }

        private void numbers(double[] values) {
            if (values.length != size()) {
                refuse(RowProblem.Kind.SIZE, values.length);
                return;
            }
            for (int i = 0; i < values.length; i++) {
                RowProblem.Kind wrong = wrong(values[i]);
                if (wrong != null) {
                    refuse(wrong, values[i]);
                    return;
                }
                words[offset + i] = column.input().type() == InputColumn.Type.CLASSES
                        ? (int) values[i]
                        : Float.floatToIntBits((float) values[i]);
            }
        }

        private RowProblem.Kind wrong(double value) {
            if (column.input().type() == InputColumn.Type.CLASSES) {
                boolean good = value >= 0 && value < column.limit() && value == Math.rint(value);
                return good ? null : RowProblem.Kind.NOT_A_CLASS;
            }
            if (!Float.isFinite((float) value)) {
                return RowProblem.Kind.NOT_FINITE;
            }
            return value < 0 && column.role() == RowColumn.Role.WEIGHT ? RowProblem.Kind.NEGATIVE : null;
        }

        private void refuse(RowProblem.Kind kind, double example) {
            problems.add(new RowProblem(index, kind, example));
        }
    }
}
