package io.sparkmics.data;

import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.data.Batches.Read;
import io.sparkmics.plan.TrainingSchedule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.LongAccumulator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What becomes of rows: good, skipped and refused ones. */
class TokenDataTest {

    private static SparkSession spark;

    @BeforeAll
    static void start() {
        spark = LocalSpark.session("local[2]");
    }

    @AfterAll
    static void stop() {
        spark.stop();
    }

    private static DataSettings settings(int context) {
        return DataSettings.of("text", Optional.empty(), context, ByteTokenizer.VOCABULARY_SIZE, 1);
    }

    private static DataSettings validated(int context) {
        return DataSettings.of("text", Optional.of("held_out"), context, ByteTokenizer.VOCABULARY_SIZE, 1);
    }

    private static Dataset<Row> flagged(Object... textsAndFlags) {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < textsAndFlags.length; i += 2) {
            rows.add(RowFactory.create(textsAndFlags[i], textsAndFlags[i + 1]));
        }
        return spark.createDataFrame(rows, LocalSpark.TEXT.add("held_out", DataTypes.BooleanType));
    }

    private static Dataset<Row> ids(DataType element, List<?>... documents) {
        return spark.createDataFrame(
                Arrays.stream(documents)
                        .map(ids -> RowFactory.create((Object) (ids == null ? null : ids.toArray())))
                        .toList(),
                new StructType().add("text", DataTypes.createArrayType(element)));
    }

    @Test
    void nullRowsAndEmptyDocumentsAreSkippedAndCounted() {
        TokenData data = TokenData.prepare(LocalSpark.texts(spark, "abcd", null, "", "efgh", null, "ij"), settings(4));
        assertThat(data.counts()).isEqualTo(new TokenCounts(4, 3, 13, 0, 0, 2, 1));
        assertThat(data.counts().describe(1234))
                .isEqualTo("3 training documents, 13 tokens, 3 sequences of context 4. Left out: 2 null rows,"
                        + " 1 empty documents, 0 tokens behind the last training sequence,"
                        + " 1,234 sequences behind the last global batch.");
        List<Read> reads = Batches.read(data, Batches.schedule(1, 3, 1, 1));
        assertThat(reads).hasSize(3).allMatch(read -> read.weight() == 1);
    }

    @Test
    void theTailOfTrainingIsDroppedAndCountedAndThatOfValidationIsPadded() {
        TokenData data = TokenData.prepare(
                flagged("abcdefgh", false, "ijklmn", false, "ABCDEF", true, "", true, null, true), validated(4));
        assertThat(data.counts()).isEqualTo(new TokenCounts(4, 2, 16, 1, 7, 1, 1));
        assertThat(data.counts().trainingSequences()).isEqualTo(3);
        assertThat(data.counts().trainingTail()).isEqualTo(3);
        assertThat(data.counts().validationSequences()).isEqualTo(2);
        assertThat(data.counts().describe(0)).contains("; 1 validation documents, 7 tokens, 2 sequences. Left out:");
        List<Read> validation = Batches.read(data, Batches.schedule(1, 3, 3, 1)).stream()
                .filter(Read::validation)
                .toList();
        assertThat(validation)
                .extracting(Read::tokens)
                .containsExactly("[65, 66, 67, 68, 69]", "[69, 70, 256, -1, -1]", "[0, 0, 0, 0, 0]");
        assertThat(validation).extracting(Read::weight).containsExactly(1.0, 0.5, 0.0);
        assertThat(validation).extracting(Read::slot).containsExactly(0, 1, -1);
    }

    @Test
    void everyRankEvaluatesEquallyManyBatchesAndEverySequenceOnce() {
        Dataset<Row> frame = LocalSpark.texts(spark, LocalSpark.documents(30)).withColumn("held_out", lit(true));
        frame = frame.union(LocalSpark.texts(spark, LocalSpark.documents(40)).withColumn("held_out", lit(false)));
        TokenData data = TokenData.prepare(frame, validated(100));
        long sequences = data.counts().validationSequences();
        assertThat(sequences % 4).isNotZero();
        List<Read> evaluation = Batches.read(data, Batches.schedule(4, 8, 2, 2)).stream()
                .filter(read -> read.validation() && read.step() == 1)
                .toList();
        Map<Integer, Long> perRank =
                evaluation.stream().collect(Collectors.groupingBy(Read::partition, Collectors.counting()));
        assertThat(perRank.values()).hasSize(4).containsOnly((sequences + 7) / 8 * 2);
        assertThat(evaluation.stream().filter(read -> read.weight() > 0).map(Read::slot))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, (int) sequences).boxed().toList());
    }

    @Test
    void aRankReadsTheSlotsThatAreItsPartitionModuloTheWorldSize() {
        TokenData data = TokenData.prepare(LocalSpark.texts(spark, LocalSpark.documents(40)), settings(16));
        List<Read> reads = Batches.read(data, Batches.schedule(4, 24, 3, 2));
        assertThat(reads).hasSize(48).allMatch(read -> read.slot() % 4 == read.partition());
        assertThat(reads.stream().filter(read -> read.partition() == 1 && read.step() == 1))
                .extracting(Read::batch, Read::slot)
                .map(Object::toString)
                .containsExactly("(2, 1)", "(2, 5)", "(2, 9)", "(3, 13)", "(3, 17)", "(3, 21)");
    }

    @Test
    void oneHugeDocumentAndEmptyPartitionsAreShared() {
        Dataset<Row> frame =
                LocalSpark.texts(spark, "a", "long ".repeat(2000), "b", "c").repartition(20);
        TokenData data = TokenData.prepare(frame, settings(8));
        List<Read> reads = Batches.read(data, Batches.schedule(4, 1248, 1, 1));
        assertThat(reads.stream()
                        .collect(Collectors.groupingBy(Read::partition, Collectors.counting()))
                        .values())
                .containsExactly(312L, 312L, 312L, 312L);
    }

    @Test
    void severalEpochsSeeEverySequenceEquallyOften() {
        Dataset<Row> frame =
                ids(DataTypes.IntegerType, IntStream.range(0, 41).boxed().toList());
        TokenData data = TokenData.prepare(frame, settings(4));
        assertThat(data.counts().trainingSequences()).isEqualTo(10);
        Map<String, Long> seen = Batches.read(data, Batches.schedule(2, 4, 2, 5)).stream()
                .collect(Collectors.groupingBy(Read::tokens, Collectors.counting()));
        assertThat(seen).hasSize(10);
        assertThat(seen.values()).containsOnly(2L);
    }

    @Test
    void readyIdsOfBothWidthsGiveTheSameBatches() {
        List<Integer> ints = IntStream.range(0, 60).boxed().toList();
        List<Long> longs = ints.stream().map(Integer::longValue).toList();
        TrainingSchedule schedule = Batches.schedule(1, 4, 2, 3);
        Dataset<Row> narrow = ids(DataTypes.IntegerType, ints, null, List.of(), List.of(256, 0));
        Dataset<Row> wide = ids(DataTypes.LongType, List.of(256L, 0L), longs, List.of(), null);
        TokenData data = TokenData.prepare(narrow, settings(4));
        assertThat(data.counts()).isEqualTo(new TokenCounts(4, 2, 64, 0, 0, 1, 1));
        assertThat(Batches.read(data, schedule))
                .isEqualTo(Batches.read(TokenData.prepare(wide, settings(4)), schedule));
    }

    @Test
    void readyIdsEndWithTheIdThatIsSetOrStandBackToBack() {
        Dataset<Row> frame =
                ids(DataTypes.IntegerType, List.of(1, 2, 3, 4), List.of(5, 6, 7, 8), List.of(9), List.of());
        TokenData bare = TokenData.prepare(frame, ending(OptionalInt.empty()));
        assertThat(bare.counts()).isEqualTo(new TokenCounts(4, 3, 9, 0, 0, 0, 1));
        List<Read> reads = Batches.read(bare, Batches.schedule(1, 2, 1, 1));
        assertThat(reads.stream().flatMapToInt(TokenDataTest::tokens).boxed())
                .hasSize(10)
                .contains(1, 2, 3, 4, 5, 6, 7, 8, 9);

        TokenData ended = TokenData.prepare(frame, ending(OptionalInt.of(11)));
        assertThat(ended.counts()).isEqualTo(new TokenCounts(4, 3, 12, 0, 0, 0, 1));
        assertThat(Batches.read(ended, Batches.schedule(1, 2, 1, 1)).stream()
                        .flatMapToInt(TokenDataTest::tokens)
                        .filter(token -> token == 11))
                .hasSizeBetween(1, 3);
    }

    private static IntStream tokens(Read read) {
        return Arrays.stream(read.tokens().split("[^0-9]+"))
                .filter(token -> !token.isEmpty())
                .mapToInt(Integer::parseInt);
    }

    private static DataSettings ending(OptionalInt endOfText) {
        return new DataSettings("text", Optional.empty(), 4, 12, 1, endOfText);
    }

    @Test
    void anEndOfTextOutsideTheVocabularyIsRefused() {
        StructType schema = new StructType().add("text", DataTypes.createArrayType(DataTypes.IntegerType));
        assertThat(TokenData.checkSchema(schema, ending(OptionalInt.of(12))))
                .containsExactly("Cannot end the rows of column 'text' with token 12: ids are from 0 to 11, as the"
                        + " vocabulary size is 12. Set another endOfTextId, or a larger vocabulary.");
        assertThat(TokenData.checkSchema(schema, ending(OptionalInt.of(11)))).isEmpty();
        assertThat(TokenData.checkSchema(schema, ending(OptionalInt.empty()))).isEmpty();
    }

    @Test
    void textIsReadAsBytesWhateverItsCollation() {
        Dataset<Row> frame = LocalSpark.texts(spark, "aaaaaaaa", "AAAAAAAA", "aaaaAAAA", "bbbbbbbb");
        frame.createOrReplaceTempView("texts");
        Dataset<Row> collated = spark.sql("select collate(text, 'UTF8_LCASE') as text from texts")
                .repartition(3);
        TrainingSchedule schedule = Batches.schedule(1, 8, 2, 1);
        assertThat(Batches.read(TokenData.prepare(collated, settings(4)), schedule))
                .isEqualTo(Batches.read(TokenData.prepare(frame, settings(4)), schedule));
    }

    @Test
    void equalTextsOnBothSidesOfTheIndicatorKeepTheirSides() {
        Dataset<Row> frame = flagged("abcdefg", false, "abcdefg", true, "abcdefg", false);
        TokenData data = TokenData.prepare(frame, validated(4));
        assertThat(data.counts()).isEqualTo(new TokenCounts(4, 2, 16, 1, 8, 0, 0));
    }

    @Test
    void aColumnNameMayHoldADot() {
        DataSettings settings = DataSettings.of("a.`b", Optional.empty(), 4, ByteTokenizer.VOCABULARY_SIZE, 1);
        Dataset<Row> frame = LocalSpark.texts(spark, "abcdefgh").withColumnRenamed("text", "a.`b");
        assertThat(TokenData.prepare(frame, settings).counts().trainingTokens()).isEqualTo(9);
    }

    @Test
    void columnsThatWillNotDoAreNamedAllAtOnce() {
        StructType schema = new StructType()
                .add("text", DataTypes.DoubleType)
                .add("held_out", DataTypes.IntegerType)
                .add("words", DataTypes.createArrayType(DataTypes.StringType));
        assertThat(TokenData.checkSchema(schema, validated(4)))
                .containsExactly(
                        "Cannot use 'text' as the input column: its type is double. It must be string, array<int> or"
                                + " array<bigint>.",
                        "Cannot use 'held_out' as the validation indicator column: its type is int. It must be boolean.");
        assertThat(TokenData.checkSchema(schema, DataSettings.of("words", Optional.of("no"), 4, 257, 1)))
                .containsExactly(
                        "Cannot use 'words' as the input column: its type is array<string>. It must be string, array<int> or"
                                + " array<bigint>.",
                        "Cannot find the validation indicator column 'no': the columns are text, held_out, words.");
        assertThat(TokenData.checkSchema(LocalSpark.TEXT, DataSettings.of("text", Optional.empty(), 4, 100, 1)))
                .containsExactly("Cannot tokenize column 'text' with a vocabulary of 100: text needs 257."
                        + " Set a larger vocabulary.");
        assertThat(TokenData.checkSchema(LocalSpark.TEXT, settings(4))).isEmpty();
        Dataset<Row> frame = spark.range(3).toDF("text");
        assertThatThrownBy(() -> TokenData.prepare(frame, settings(4)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "Cannot use 'text' as the input column: its type is bigint. It must be string, array<int> or"
                                + " array<bigint>.");
    }

    @Test
    void idsOutsideTheVocabularyAndNullIdsAreRefusedWithCountAndExample() {
        Dataset<Row> frame = ids(
                DataTypes.LongType,
                List.of(1L, 257L, 3L),
                List.of(5_000_000_000L),
                List.of(-1L, 2L),
                Arrays.asList(1L, null, 2L, null));
        assertThatThrownBy(() -> TokenData.prepare(frame, settings(4)))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .matches(
                        "Cannot train on column 'text': 3 token ids are not from 0 to 256, for example"
                                + " (257|5000000000|-1)\\. Set a larger vocabulary or mend the ids\\.\n"
                                + "Cannot train on column 'text': 2 of its token ids are null\\. Leave them out or mend them\\.");
    }

    @Test
    void aColumnOfNullsIsRefused() {
        Dataset<Row> nulls = ids(DataTypes.IntegerType, null, null);
        assertThatThrownBy(() -> TokenData.prepare(nulls, settings(4)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(
                        "Cannot train on column 'text': it has no documents to train on (2 null rows, ");
        Dataset<Row> untyped = spark.range(2).select(lit(null).as("text"));
        assertThatThrownBy(() -> TokenData.prepare(untyped, settings(4)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Cannot use 'text' as the input column: its type is void.");
    }

    @Test
    void nullIndicatorsAreRefused() {
        assertThatThrownBy(() -> TokenData.prepare(flagged("a", true, "b", null, "c", false), validated(4)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot tell validation rows by column 'held_out': it is null in 1 rows."
                        + " Set it to true or false.");
    }

    @Test
    void dataWithoutDocumentsIsRefused() {
        assertThatThrownBy(() -> TokenData.prepare(flagged(null, false, "", false, "abc", true), validated(4)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot train on column 'text': it has no documents to train on (1 null rows,"
                        + " 1 empty documents, 1 validation documents). Give rows that hold text or ids and are not held"
                        + " out.");
        Dataset<Row> none = spark.createDataFrame(Collections.emptyList(), LocalSpark.TEXT);
        assertThatThrownBy(() -> TokenData.prepare(none, settings(4)))
                .hasMessageContaining("no documents to train on (0 null rows");
    }

    @Test
    void anIndicatorThatHoldsNothingOutIsRefused() {
        Dataset<Row> none = flagged("abcdefgh", false, "ij", false);
        assertThatThrownBy(() -> TokenData.prepare(none, validated(4)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "Cannot evaluate on the rows that column 'held_out' is true for: 0 validation documents have"
                                + " 0 tokens, of which none is predicted (0 null rows, 0 empty documents, 2 training documents)."
                                + " Hold out rows with text, or unset validationIndicatorCol and evaluateEvery.");
        Dataset<Row> skipped = flagged("abcdefgh", false, null, true, "", true);
        assertThatThrownBy(() -> TokenData.prepare(skipped, validated(4)))
                .hasMessageContaining("(1 null rows, 1 empty documents, 1 training documents)");
        Dataset<Row> lone = ids(DataTypes.IntegerType, List.of(1, 2, 3, 4, 5), List.of(6))
                .selectExpr("text", "size(text) = 1 as held_out");
        DataSettings bare = new DataSettings("text", Optional.of("held_out"), 4, 12, 1, OptionalInt.empty());
        assertThatThrownBy(() -> TokenData.prepare(lone, bare))
                .hasMessageContaining("1 validation documents have 1 tokens, of which none is predicted");
    }

    @Test
    void textOverALargerVocabularyThanTheTokenizersIsWarnedOf() {
        DataSettings larger = DataSettings.of("text", Optional.empty(), 4, 320, 1);
        assertThat(TokenData.checkSchema(LocalSpark.TEXT, larger)).isEmpty();
        assertThat(TokenData.warning(LocalSpark.TEXT, larger))
                .hasValue(
                        "Column 'text' is text, of which the built-in tokenizer makes ids from 0 to 256: of a vocabulary"
                                + " of 320, the ids behind them are never trained on.");
        assertThat(TokenData.warning(LocalSpark.TEXT, settings(4))).isEmpty();
        StructType ids = new StructType().add("text", DataTypes.createArrayType(DataTypes.IntegerType));
        assertThat(TokenData.warning(ids, larger)).isEmpty();
    }

    /** A slow source, or a frame that costs much to compute, is slow and costly once. */
    @Test
    void aFrameIsComputedOnceForCountingAndShuffling() {
        LongAccumulator computed = spark.sparkContext().longAccumulator();
        Dataset<Row> frame = LocalSpark.texts(spark, LocalSpark.documents(40))
                .as(Encoders.STRING())
                .map(
                        (MapFunction<String, String>) text -> {
                            computed.add(1);
                            return text;
                        },
                        Encoders.STRING())
                .toDF("text");

        TokenData data = TokenData.prepare(frame, settings(4));
        Batches.read(data, Batches.schedule(2, 8, 2, 4));

        assertThat(computed.value()).isEqualTo(40);
    }

    @Test
    void aStreamIsRefused() {
        Dataset<Row> stream = spark.readStream().format("rate").load().selectExpr("'abc' as text");
        assertThatThrownBy(() -> TokenData.prepare(stream, settings(4)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot train on a stream: it has no end. Write it out and read that.");
    }

    @Test
    void fewerSequencesThanOneGlobalBatchAreRefused() {
        TokenData data = TokenData.prepare(LocalSpark.texts(spark, "abcdefgh", "ijkl"), settings(4));
        assertThatThrownBy(() -> data.shuffle(Batches.schedule(2, 4, 2, 1), 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot fill a global batch of 4 sequences: 2 training documents with 14 tokens give"
                        + " 3 sequences of context 4. Give more data, or set a smaller global batch size or context.");
    }

    @Test
    void settingsCheckThemselves() {
        assertThatThrownBy(() -> settings(0))
                .hasMessage("Cannot set the context to 0: it is not from 1 to 2147483646. Set a number in that range.");
        assertThatThrownBy(() -> settings(Integer.MAX_VALUE))
                .hasMessageStartingWith("Cannot set the context to 2147483647: it is not from 1 to 2147483646.");
        assertThatThrownBy(() -> DataSettings.of("text", Optional.empty(), 4, 0, 1))
                .hasMessage(
                        "Cannot set the vocabulary size to 0: there is at least one token id, 0. Set a positive number.");
    }
}
