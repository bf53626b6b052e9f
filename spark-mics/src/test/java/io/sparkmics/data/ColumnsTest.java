package io.sparkmics.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.MicsEstimator;
import io.sparkmics.MicsModel;
import java.util.Locale;
import java.util.stream.IntStream;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the estimator and the model say of a schema, before there is a frame. */
class ColumnsTest {

    private static final StructType FRAME = StructType.fromDDL("id INT, text STRING, held BOOLEAN");

    private final MicsEstimator estimator = new MicsEstimator();

    @ParameterizedTest
    @ValueSource(strings = {"STRING", "STRING COLLATE UTF8_LCASE", "ARRAY<INT>", "ARRAY<BIGINT>"})
    void lossAndTokenCountAreAddedToWhatIsThere(String type) {
        StructType frame = StructType.fromDDL("id INT, text " + type);
        StructType scored = StructType.fromDDL("id INT, text " + type + ", loss DOUBLE, tokenCount BIGINT NOT NULL");

        assertThat(estimator.transformSchema(frame)).isEqualTo(scored);
        assertThat(new MicsModel().transformSchema(frame)).isEqualTo(scored);
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "BINARY", "ARRAY<STRING>", "ARRAY<SMALLINT>"})
    void aColumnThatHoldsNoTokensIsRefused(String type) {
        assertRefused(
                StructType.fromDDL("text " + type),
                "Cannot use 'text' as the input column: its type is " + type.toLowerCase(Locale.ROOT)
                        + ". It must be string, array<int> or array<bigint>.");
    }

    @Test
    void aVectorIsCalledAVector() {
        assertRefused(
                new StructType().add("text", SQLDataTypes.VectorType()),
                "Cannot use 'text' as the input column: its type is vector. It must be string, array<int> or"
                        + " array<bigint>.");
        assertRefused(
                new StructType().add("text", DataTypes.createArrayType(SQLDataTypes.MatrixType())),
                "Cannot use 'text' as the input column: its type is array<matrix>. It must be string, array<int> or"
                        + " array<bigint>.");
    }

    @Test
    void aWideStructIsNotToldFieldByField() {
        StructType wide = new StructType();
        for (String name : IntStream.range(0, 99).mapToObj(i -> "field" + i).toList()) {
            wide = wide.add(name, DataTypes.LongType);
        }
        StructType frame = new StructType().add("text", wide);

        assertThatThrownBy(() -> estimator.transformSchema(frame))
                .hasMessageContaining("field0:bigint")
                .hasMessageNotContaining("field98");
    }

    @Test
    void aColumnThatIsNotThereIsRefusedWithThoseThatAre() {
        assertRefused(
                StructType.fromDDL("value STRING, id INT"),
                "Cannot find the input column 'text': the columns are value, id.");
    }

    @Test
    void aNameIsFoundWhateverItsCaseAndTwoOfOneNameAreBothNamed() {
        estimator.setInputCol("TEXT").setValidationIndicatorCol("Held");

        assertThat(estimator.transformSchema(FRAME).fieldNames())
                .containsExactly("id", "text", "held", "loss", "tokenCount");
        assertThatThrownBy(() -> estimator.transformSchema(FRAME.add("Text", "string")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot tell which is the input column 'TEXT': text and Text are of this name."
                        + " Rename all but one of them.");
    }

    @Test
    void columnsThatNobodyNamesMayBeOfOneName() {
        StructType frame = FRAME.add("ID", "string").add("id", "string");

        assertThat(estimator.transformSchema(frame).fieldNames())
                .containsExactly("id", "text", "held", "ID", "id", "loss", "tokenCount");
    }

    @Test
    void aNameIsNoPath() {
        StructType frame = StructType.fromDDL("doc STRUCT<text: STRING>, `doc.text` ARRAY<INT>");

        assertThat(new MicsModel()
                        .setInputCol("doc.text")
                        .transformSchema(frame)
                        .fields())
                .hasSize(4);
        assertThatThrownBy(() -> new MicsModel()
                        .setInputCol("doc.text")
                        .transformSchema(StructType.fromDDL("doc STRUCT<text: STRING>")))
                .hasMessage("Cannot find the input column 'doc.text': the columns are doc.");
    }

    @Test
    void theValidationIndicatorMustBeBoolean() {
        estimator.setValidationIndicatorCol("id");

        assertThatThrownBy(() -> estimator.transformSchema(FRAME))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot use 'id' as the validation indicator column: its type is int. It must be boolean.");
    }

    @Test
    void aColumnIsNeverWrittenOver() {
        assertRefused(
                FRAME.add("Loss", "double"),
                "Cannot add the column 'loss': the frame has one of this name. "
                        + "Drop it, or set lossCol and tokenCountCol to other names.");
        assertThatThrownBy(() -> new MicsModel().setTokenCountCol("LOSS").transformSchema(FRAME))
                .hasMessage("Cannot add the columns 'loss' and 'LOSS': they have one name. "
                        + "Set lossCol and tokenCountCol to different names.");
    }

    @Test
    void allThatIsWrongIsSaidAtOnce() {
        estimator.setInputCol("id").setLossCol("held").setValidationIndicatorCol("split");

        assertThatThrownBy(() -> estimator.transformSchema(FRAME)).hasMessage("""
                        Cannot use 'id' as the input column: its type is int. It must be string, array<int> or array<bigint>.
                        Cannot add the column 'held': the frame has one of this name. Drop it, or set lossCol and tokenCountCol \
                        to other names.
                        Cannot find the validation indicator column 'split': the columns are id, text, held.""");
    }

    private void assertRefused(StructType frame, String message) {
        assertThatThrownBy(() -> estimator.transformSchema(frame))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
        assertThatThrownBy(() -> new MicsModel().transformSchema(frame))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
