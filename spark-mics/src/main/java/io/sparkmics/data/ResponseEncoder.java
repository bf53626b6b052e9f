package io.sparkmics.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/**
 * Makes a row of 32-bit words of a prompt and its response: the tokens of their {@link ResponseSequence}, what is predicted
 * from each but the last, both padded with -1, and as a float how many are predicted, for a row counts as much.
 */
public final class ResponseEncoder implements RowWords {

    private static final long serialVersionUID = 1L;

    private static final int PROMPT = 0;
    private static final int RESPONSE = 1;

    /** Of which a row is left out, and counted. */
    private static final Set<RowProblem.Kind> LEFT_OUT =
            EnumSet.of(RowProblem.Kind.NULL, RowProblem.Kind.EMPTY, RowProblem.Kind.NO_ROOM);

    private final RowEncoder columns;
    private final int length;
    private final int endOfText;

    /**
     * @param columns as {@link RowColumn#responses} makes them
     * @param endOfText see {@link ResponseSequence#of}
     */
    public ResponseEncoder(List<RowColumn> columns, int endOfText) {
        this.columns = new RowEncoder(columns);
        this.length = columns.get(PROMPT).input().size();
        this.endOfText = endOfText;
    }

    static boolean leavesOut(RowProblem.Kind kind) {
        return LEFT_OUT.contains(kind);
    }

    @Override
    public List<String> problems(StructType schema) {
        return new Columns(schema).requireResponses(columns.columns()).problems();
    }

    @Override
    public Column struct(StructType schema) {
        return columns.struct(schema);
    }

    @Override
    public int words() {
        return 2 * length;
    }

    @Override
    public int[] encode(Row row, List<RowProblem> problems) {
        ResponseSequence sequence = sequence(row, problems);
        int[] words = new int[words()];
        Arrays.fill(words, TokenBatch.PADDING);
        System.arraycopy(sequence.tokens(), 0, words, 0, sequence.tokens().length);
        int[] targets = sequence.targets();
        System.arraycopy(targets, 0, words, length, targets.length);
        words[words.length - 1] = Float.floatToIntBits(sequence.predicted());
        return words;
    }

    /**
     * Of a row that is scored.
     *
     * @return empty where nothing is predicted
     * @throws IllegalArgumentException telling all that is wrong with the row
     */
    public Optional<ResponseSequence> sequence(Row row) {
        List<RowProblem> problems = new ArrayList<>();
        ResponseSequence sequence = sequence(row, problems);
        boolean leftOut = problems.removeIf(problem -> leavesOut(problem.kind()));
        columns.require(problems, "score");
        return leftOut ? Optional.empty() : Optional.of(sequence);
    }

    private ResponseSequence sequence(Row row, List<RowProblem> problems) {
        int[] both = columns.encode(row, problems);
        if (problems.size() > 1 && problems.stream().allMatch(problem -> leavesOut(problem.kind()))) {
            // It is left out, and counted, once.
            problems.subList(1, problems.size()).clear();
        }
        int[] prompt = unpadded(both, PROMPT);
        int[] response = unpadded(both, RESPONSE);
        ResponseSequence sequence = ResponseSequence.of(prompt, response, endOfText, length);
        if (problems.isEmpty() && sequence.predicted() == 0) {
            problems.add(
                    prompt.length == length
                            ? new RowProblem(PROMPT, RowProblem.Kind.NO_ROOM, 0)
                            : new RowProblem(RESPONSE, RowProblem.Kind.EMPTY, 0));
        }
        return sequence;
    }

    private int[] unpadded(int[] both, int column) {
        int[] tokens = Arrays.copyOfRange(both, column * length, (column + 1) * length);
        return Arrays.stream(tokens).takeWhile(token -> token >= 0).toArray();
    }
}
