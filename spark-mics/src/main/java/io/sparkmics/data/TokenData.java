package io.sparkmics.data;

import io.sparkmics.plan.TrainingSchedule;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.rdd.ShuffledRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import scala.Tuple2;
import scala.math.Ordering;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * A DataFrame that has been put in its canonical order and counted, ready to be shuffled into batches. Lives on the driver.
 *
 * <p>What becomes of the rows, so that another program can follow:
 *
 * <ol>
 *   <li>A row's document is its token ids: the bytes of text ({@link ByteTokenizer}), or ready ids as they are. Rows with null
 *       and documents without ids are left out.
 *   <li>Documents are sorted by a hash of seed, content and copy, see {@code Documents.inCanonicalOrder}; those to train on
 *       and those to evaluate on are one stream each.
 *   <li>A stream is all documents one behind the other, each followed by the end of text where one is set.
 *   <li>Sequence g has the stream's tokens g * context to g * context + context, inclusive: documents are cut anywhere, and
 *       neighbours share one token. What is left behind the last whole sequence is not trained on; evaluation pads it.
 *   <li>Where rows are not of a stream, each is a sequence, of words that {@link RowEncoder} makes of some of its columns: sorted
 *       in the same way as binary, and neither cut nor left out. So it is with prompts and responses, by {@link
 *       ResponseEncoder}; but they are cut off behind the context, and rows of which nothing is predicted then are left out.
 *   <li>Training takes the sequences in a seeded permutation of each epoch ({@code SequenceOrder}), a global batch a step.
 *       Evaluation takes them as they are.
 * </ol>
 */
public final class TokenData {

    private final DataSettings settings;
    private final DocumentReader.Tokens tokens;

    /** One and the same for counting and shuffling: a second sort could cut its partitions elsewhere. */
    private final JavaRDD<Row> documents;

    private final List<PartitionCounts> partitions;
    private final TokenCounts counts;

    private TokenData(
            DataSettings settings,
            DocumentReader.Tokens tokens,
            JavaRDD<Row> documents,
            List<PartitionCounts> partitions,
            TokenCounts counts) {
        this.settings = settings;
        this.tokens = tokens;
        this.documents = documents;
        this.partitions = partitions;
        this.counts = counts;
    }

    /** Whether the column is there and holds text, which {@link ByteTokenizer} makes ids of. */
    public static boolean isText(StructType schema, String column) {
        return new Columns(schema).isText(column);
    }

    /** What is wrong with the columns, as sentences for the user; empty when they will do. */
    public static List<String> checkSchema(StructType schema, DataSettings settings) {
        return Documents.problems(schema, settings);
    }

    /** What is odd about the columns and yet can be trained on, as a sentence for the user. */
    public static Optional<String> warning(StructType schema, DataSettings settings) {
        if (!settings.rows().isEmpty()
                || !isText(schema, settings.inputCol())
                || settings.vocabularySize() <= ByteTokenizer.VOCABULARY_SIZE) {
            return Optional.empty();
        }
        return Optional.of(
                "Column '" + settings.inputCol() + "' is text, of which the built-in tokenizer makes ids from 0 to "
                        + (ByteTokenizer.VOCABULARY_SIZE - 1) + ": of a vocabulary of " + settings.vocabularySize()
                        + ", the ids behind them are never trained on.");
    }

    /**
     * Sorts and counts, in Spark jobs. The frame is computed once, and again only where Spark has lost what it shuffled.
     *
     * @throws IllegalArgumentException when columns, ids or indicators are wrong or there is nothing to train on
     */
    public static TokenData prepare(Dataset<Row> frame, DataSettings settings) {
        if (frame.isStreaming()) {
            throw new IllegalArgumentException("Cannot train on a stream: it has no end. Write it out and read that.");
        }
        require(checkSchema(frame.schema(), settings));
        JavaRDD<Row> documents = Documents.inCanonicalOrder(frame, settings).javaRDD();
        DocumentReader.Tokens tokens = tokens(frame.schema(), settings);
        List<PartitionCounts> partitions =
                documents.mapPartitions(rows -> List.of(count(rows, tokens)).iterator()).collect().stream()
                        .map(PartitionCounts::new)
                        .toList();
        TokenCounts counts = counts(partitions, settings.form());
        require(DataProblems.of(settings, partitions, counts));
        return new TokenData(settings, tokens, documents, partitions, counts);
    }

    /** What the data holds. */
    public TokenCounts counts() {
        return counts;
    }

    /**
     * 16 hexadecimal digits that are the same for the same batches: of the seed and of all tokens in the canonical order, with
     * where documents begin and which are evaluated. Neither the order of rows in the input nor how Spark cut them into
     * partitions changes it, nor do rows without tokens. The context is not in it, see {@link TokenCounts#context}.
     */
    public String fingerprint() {
        TokenHash all = new TokenHash();
        partitions.forEach(partition -> all.add(partition.tokenHash()));
        return all.digest(settings.seed());
    }

    /**
     * The pieces of all batches from a step on: one partition for each rank, each sorted as the rank reads it. A {@link
     * BatchReader} makes batches of it. All documents are read, only what is due is shuffled. The batches of a step are the
     * same whatever the first step, the world size and the micro-batch size. Tokens cross this shuffle in as few bytes as the
     * vocabulary needs. An evaluation's sequences travel once for each time that they are due.
     *
     * @param firstStep how many steps are done already, 0 to all of them; evaluations are due after later ones only
     * @throws IllegalArgumentException when the data has fewer training sequences than one global batch, or the schedule ends
     *     before the first step
     */
    public JavaPairRDD<SequenceKey, int[]> shuffle(TrainingSchedule schedule, long firstStep) {
        counts.requireGlobalBatch(schedule.globalBatchSize());
        List<PartitionPlan> plans = plans();
        SequenceOrder order = new SequenceOrder(schedule, firstStep, counts, settings.seed());
        DocumentReader.Tokens tokens = this.tokens;
        JavaRDD<Tuple2<SequenceKey, int[]>> pieces = documents.mapPartitionsWithIndex(
                (partition, rows) -> new PieceIterator(partition, plans.get(partition), order, tokens, rows), false);
        ClassTag<SequenceKey> key = ClassTag$.MODULE$.apply(SequenceKey.class);
        ClassTag<int[]> value = ClassTag$.MODULE$.apply(int[].class);
        ShuffledRDD<SequenceKey, int[], int[]> shuffled = new ShuffledRDD<SequenceKey, int[], int[]>(
                        pieces.rdd(), new SlotPartitioner(schedule.worldSize()), key, value, value)
                .setKeyOrdering(Ordering.comparatorToOrdering(Comparator.<SequenceKey>naturalOrder()))
                .setSerializer(new PieceSerializer(pieceBytes()));
        return JavaPairRDD.fromRDD(shuffled, key, value);
    }

    private List<PartitionPlan> plans() {
        List<PartitionPlan> plans = new ArrayList<>();
        PartitionPlan plan = new PartitionPlan(new PartitionCounts(), 0, 0);
        for (PartitionCounts partition : partitions) {
            plan = plan.next(partition);
            plans.add(plan);
        }
        return plans;
    }

    private TokenBytes pieceBytes() {
        return settings.form().stream() ? TokenBytes.of(settings.vocabularySize()) : TokenBytes.WORDS;
    }

    private static DocumentReader.Tokens tokens(StructType schema, DataSettings settings) {
        return new DocumentReader.Tokens(
                Documents.bytes(schema, settings),
                settings.endOfText().orElse(-1),
                settings.form(),
                settings.rows().size());
    }

    private static long[] count(Iterator<Row> rows, DocumentReader.Tokens tokens) {
        DocumentReader reader = new DocumentReader(tokens);
        rows.forEachRemaining(row -> reader.read(row, token -> {}, token -> {}));
        return reader.counts().toArray();
    }

    private static double weight(List<PartitionCounts> partitions, Count count) {
        return partitions.stream()
                .mapToDouble(partition -> partition.weight(count))
                .sum();
    }

    private static TokenCounts counts(List<PartitionCounts> partitions, SequenceForm form) {
        return new TokenCounts(
                form,
                PartitionCounts.sum(partitions, Count.TRAINING_DOCUMENTS),
                PartitionCounts.sum(partitions, Count.TRAINING_TOKENS),
                PartitionCounts.sum(partitions, Count.VALIDATION_DOCUMENTS),
                PartitionCounts.sum(partitions, Count.VALIDATION_TOKENS),
                PartitionCounts.sum(partitions, Count.NULL_ROWS) + leftOut(partitions, form, RowProblem.Kind.NULL),
                PartitionCounts.sum(partitions, Count.EMPTY_DOCUMENTS)
                        + leftOut(partitions, form, RowProblem.Kind.EMPTY),
                leftOut(partitions, form, RowProblem.Kind.NO_ROOM),
                PartitionCounts.sum(partitions, Count.CUT_OFF),
                weight(partitions, Count.TRAINING_WEIGHT),
                weight(partitions, Count.VALIDATION_WEIGHT));
    }

    /** Rows of prompts and responses. */
    private static long leftOut(List<PartitionCounts> partitions, SequenceForm form, RowProblem.Kind kind) {
        return form.responses()
                ? partitions.stream()
                        .mapToLong(partition -> partition.rows(0, kind) + partition.rows(1, kind))
                        .sum()
                : 0;
    }

    private static void require(List<String> problems) {
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", problems));
        }
    }
}
