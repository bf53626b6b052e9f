package io.sparkmics.data;

import static org.apache.spark.sql.functions.expr;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Prompts and responses: each row a sequence, with what is predicted of it, and none of what has no response. */
final class ResponseBatchesTest {

    private static final int CONTEXT = 4;

    private SparkSession spark = LocalSpark.session("local[2]");

    @AfterEach
    void stop() throws IOException {
        spark.close();
    }

    private static DataSettings settings(String promptCol, String responseCol, OptionalInt end) {
        return new DataSettings(
                "",
                Optional.of("held_out"),
                CONTEXT,
                10,
                7,
                end,
                RowColumn.responses(promptCol, responseCol, CONTEXT, 10));
    }

    private static DataSettings settings() {
        return settings("prompt", "response", OptionalInt.of(9));
    }

    private Dataset<Row> frame() {
        return spark.sql("select * from values"
                + " (array(1), array(2), false), (array(1, 2), array(3, 4, 5, 6), false), (array(), array(4, 5), false),"
                + " (array(7), array(8), true),"
                + " (null, array(1), false), (null, null, false), (array(1), array(), false),"
                + " (array(1, 2, 3, 4, 5), array(6), false), (array(1, 2, 3, 4, 5, 6), array(6), false)"
                + " as t(prompt, response, held_out)");
    }

    private static Set<String> tokens(List<Batches.Read> reads, boolean validation) {
        return reads.stream()
                .filter(read -> read.validation() == validation && read.slot() >= 0)
                .map(Batches.Read::tokens)
                .collect(Collectors.toSet());
    }

    private static String row(String tokens, String targets, int predicted) {
        return "[" + tokens + ", " + targets + ", " + Float.floatToIntBits(predicted) + "]";
    }

    @Test
    void aRowHasItsTokensWhatIsPredictedAndHowMuch() {
        TokenData data = TokenData.prepare(frame(), settings());

        List<Batches.Read> reads = Batches.read(data, Batches.schedule(1, 3, 1, 1));

        assertThat(tokens(reads, false))
                .containsExactlyInAnyOrder(
                        row("1, 2, 9, -1, -1", "2, 9, -1, -1", 2),
                        row("1, 2, 3, 4, 5", "-1, 3, 4, 5", 3),
                        row("4, 5, 9, -1, -1", "5, 9, -1, -1", 2));
        assertThat(tokens(reads, true)).containsExactly(row("7, 8, 9, -1, -1", "8, 9, -1, -1", 2));
        for (Batches.Read read : reads) {
            double predicted = read.tokens().contains("-1, 3, 4, 5") ? 3 : 2;
            assertThat(read.weight()).isCloseTo(predicted / (7 / 3.0), within(1e-6));
        }
    }

    @Test
    void whatIsLeftOutAndCutOffIsCounted() {
        assertThat(TokenData.prepare(frame(), settings()).counts().describe(1))
                .isEqualTo(
                        "3 training rows with 7 tokens of responses, 1 validation rows; 1 responses are cut off behind 5"
                                + " tokens. Left out: 2 null rows, 1 rows without a response, 2 rows whose prompt leaves no room for"
                                + " one, 1 rows behind the last global batch.");
        assertThatThrownBy(() -> TokenData.prepare(frame().where("size(prompt) > 4 or held_out"), settings()))
                .hasMessage(
                        "Cannot train: the frame has no rows to train on (1 validation rows; left out: 0 null rows, 0 rows"
                                + " without a response, 2 rows whose prompt leaves no room for one). Give rows that are not held"
                                + " out, with responses.");
        Dataset<Row> withoutResponse = frame().withColumn("response", expr("if(held_out, array(), response)"));
        assertThatThrownBy(() -> TokenData.prepare(withoutResponse, settings()))
                .hasMessage(
                        "Cannot evaluate on the rows that column 'held_out' is true for: there are none (3 training rows;"
                                + " left out: 2 null rows, 2 rows without a response, 2 rows whose prompt leaves no room for one)."
                                + " Hold out rows with responses, or unset validationIndicatorCol and evaluateEvery.");
    }

    @Test
    void batchesDependOnTheContentAlone() {
        TokenData data = TokenData.prepare(frame(), settings());
        Map<String, String> expected = Batches.byPlace(Batches.read(data, Batches.schedule(1, 2, 1, 5)));

        TokenData same = TokenData.prepare(frame().orderBy(expr("size(response)")), settings());

        assertThat(same.fingerprint()).isEqualTo(data.fingerprint());
        assertThat(Batches.byPlace(Batches.read(same, Batches.schedule(2, 2, 1, 5))))
                .isEqualTo(expected);
        // The same tokens, of which others are predicted.
        Dataset<Row> moved = frame().withColumn("response", expr("if(prompt = array(1), array(9), response)"))
                .withColumn("prompt", expr("if(prompt = array(1), array(1, 2), prompt)"));
        assertThat(TokenData.prepare(moved.where("response = array(9)").union(frame().where("held_out")), settings())
                        .fingerprint())
                .isNotEqualTo(TokenData.prepare(
                                frame().where("prompt = array(1) and response = array(2) or held_out"), settings())
                        .fingerprint());
    }

    @Test
    void columnsAndIdsThatWillNotDoAreToldAtOnce() {
        assertThat(TokenData.checkSchema(frame().schema(), settings("prompt", "", OptionalInt.of(9))))
                .containsExactly(
                        "Cannot read prompts and responses: promptCol is 'prompt', and responseCol is ''. Set both,"
                                + " or neither.");
        assertThat(TokenData.checkSchema(frame().schema(), settings("prompt", "response", OptionalInt.empty())))
                .singleElement()
                .asString()
                .startsWith(
                        "Cannot train on the responses of column 'response': nothing says which token id ends them");
        assertThat(TokenData.checkSchema(frame().schema(), settings("prompt", "response", OptionalInt.of(10))))
                .singleElement()
                .asString()
                .startsWith("Cannot end the rows of column 'response' with token 10: ids are from 0 to 9");
        Dataset<Row> messages =
                frame().withColumn("response", expr("array(named_struct('role', 'user', 'content', 'Hello'))"));
        assertThat(TokenData.checkSchema(messages.drop("held_out").schema(), settings()))
                .hasSize(2)
                .anySatisfy(problem -> assertThat(problem)
                        .isEqualTo("Cannot use 'response' as the response column: its type is"
                                + " array<struct<role:string,content:string>>. It must be string, array<int> or"
                                + " array<bigint>; chat messages must be rendered to text before."))
                .anySatisfy(problem -> assertThat(problem).startsWith("Cannot find the validation indicator column"));
        assertThatThrownBy(() -> TokenData.prepare(frame().withColumn("response", expr("array(3, 11)")), settings()))
                .hasMessageContaining(
                        "Cannot train: column 'response', the response, has a token id out of range in 9 rows,"
                                + " for example 11.");
    }
}
