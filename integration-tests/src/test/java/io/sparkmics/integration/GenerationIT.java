package io.sparkmics.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkmics.MicsGenerator;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Prompts of a column go on as the real library goes on with each alone, token by token. */
@Tag("python")
final class GenerationIT {

    private static final int TOKENS = 60;

    /** Of different lengths, so that batches are padded; one of them twice. */
    private static final List<String> PROMPTS = List.of(
            "the quick brown fox jumps over the lazy dog, and the other fox too",
            "the fox",
            "a",
            "na\u00efve \u2013 \u4f60\u597d \ud83d\ude80",
            "  two  spaces\tand\n\nlines ",
            "the fox",
            "the lazy dog and the quick brown fox");

    @RegisterExtension
    private static final LocalSession SESSION = new LocalSession(2);

    @ParameterizedTest
    @CsvSource({"gpt2, float32, 1GB", "gpt2, bfloat16, 20KB", "llama, float32, 20KB", "llama, float16, 1GB"})
    void greedyTextIsThatOfTheLibrary(String family, String type, String largest, @TempDir Path folder)
            throws Exception {
        JsonNode theirs = save(folder, family, type, largest);
        assertThat(Files.exists(folder.resolve("model.safetensors.index.json"))).isEqualTo(largest.equals("20KB"));
        MicsGenerator generator = new MicsGenerator()
                .setModelFolder(folder.toString())
                .setMaxNewTokens(TOKENS)
                .setTemperature(0)
                .setBatchSize(4);

        List<Row> ids = generator
                .setInputCol("ids")
                .transform(frame(theirs))
                .orderBy("id")
                .collectAsList();
        List<Row> texts = generator
                .setInputCol("text")
                .transform(frame(theirs))
                .orderBy("id")
                .collectAsList();

        for (int row = 0; row < PROMPTS.size(); row++) {
            assertThat(ids.get(row).<Integer>getList(3))
                    .as(PROMPTS.get(row))
                    .isEqualTo(ids(theirs.get("added").get(row)));
            assertThat(texts.get(row).getString(3))
                    .isEqualTo(theirs.get("texts").get(row).asText());
        }
        assertThat(ids).as("some end before").anyMatch(row -> row.getList(3).size() < TOKENS);
    }

    private static Dataset<Row> frame(JsonNode theirs) {
        List<Row> rows = new ArrayList<>();
        for (String prompt : PROMPTS) {
            rows.add(RowFactory.create(
                    rows.size(), prompt, ids(theirs.get("prompts").get(rows.size()))));
        }
        return SESSION.spark()
                .createDataFrame(rows, StructType.fromDDL("id INT, text STRING, ids ARRAY<INT>"))
                .coalesce(1);
    }

    private static List<Integer> ids(JsonNode array) {
        List<Integer> ids = new ArrayList<>();
        array.forEach(id -> ids.add(id.asInt()));
        return ids;
    }

    private static JsonNode save(Path folder, String family, String type, String largest) throws Exception {
        return new PythonScript(Environment.python(), "generate.py")
                .run(folder, family, type, largest, new ObjectMapper().writeValueAsString(PROMPTS), TOKENS);
    }
}
