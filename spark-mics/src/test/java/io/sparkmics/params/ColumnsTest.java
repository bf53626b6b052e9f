package io.sparkmics.params;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.MicsEstimator;
import io.sparkmics.MicsModel;
import java.util.Locale;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ColumnsTest {

    private final MicsEstimator estimator = new MicsEstimator();

    @ParameterizedTest
    @ValueSource(strings = {"STRING", "STRING COLLATE UTF8_LCASE", "ARRAY<INT>", "ARRAY<BIGINT>"})
    void lossAndTokenCountAreAddedToWhatIsThere(String type) {
        StructType frame = StructType.fromDDL("id INT, text " + type);
        StructType scored = StructType.fromDDL("id INT, text " + type + ", loss DOUBLE, tokenCount BIGINT");

        assertThat(estimator.transformSchema(frame)).isEqualTo(scored);
        assertThat(new MicsModel().transformSchema(frame)).isEqualTo(scored);
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "BINARY", "ARRAY<STRING>"})
    void aColumnThatHoldsNoTokensIsRefused(String type) {
        assertThatThrownBy(() -> estimator.transformSchema(StructType.fromDDL("text " + type)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot read tokens from column text: its type is " + type.toLowerCase(Locale.ROOT)
                        + ". Make it text (string) or token ids (array of int or bigint).");
    }

    @Test
    void aColumnThatIsNotThereIsRefusedWithThoseThatAre() {
        assertThatThrownBy(() -> estimator.transformSchema(StructType.fromDDL("value STRING, id INT")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot read column text: the frame has only value, id. "
                        + "Set inputCol or validationIndicatorCol to one of these.");
    }

    @Test
    void theValidationIndicatorMustBeBoolean() {
        estimator.setValidationIndicatorCol("held");

        assertThatThrownBy(() -> estimator.transformSchema(StructType.fromDDL("text STRING, held INT")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot tell the rows for validation by column held: its type is int. "
                        + "Make it boolean, true for validation.");
    }

    @Test
    void aColumnIsNeverWrittenOver() {
        assertThatThrownBy(() -> estimator.transformSchema(StructType.fromDDL("text STRING, Loss DOUBLE")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot add column loss: the frame has one of this name. "
                        + "Drop it, or set lossCol and tokenCountCol to other names.");
    }
}
