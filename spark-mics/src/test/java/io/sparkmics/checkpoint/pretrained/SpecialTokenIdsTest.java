package io.sparkmics.checkpoint.pretrained;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.model.bert.BertConfig;
import io.sparkmics.model.bert.SpecialTokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which token hides others is the tokenizer's to say. */
class SpecialTokenIdsTest {

    private static final String TOKENIZER = """
            {"version": "1.0", "truncation": {"max_length": 3}, "added_tokens": [
              {"id": 9, "content": "<pad>", "special": true}, {"id": 4, "content": "<hide>", "special": true},
              {"id": 5, "content": "plain", "special": false}, {"id": 6, "content": "[MASK]", "special": true}],
             "model": {"vocab": {"a": 1}}}
            """;

    @TempDir
    Path folder;

    @BeforeEach
    void writeConfig() throws IOException {
        Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"bert\", \"pad_token_id\": 9}");
    }

    private SpecialTokens tokens() {
        return ((BertConfig)
                        PretrainedFolder.config(new org.apache.hadoop.fs.Path(folder.toUri()), new Configuration()))
                .tokens();
    }

    @Test
    void theyAreThoseOfTheTokenizerBesideTheModel() throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), TOKENIZER);
        Files.writeString(
                folder.resolve("tokenizer_config.json"),
                "{\"mask_token\": {\"content\": \"<hide>\", \"lstrip\": true}}");

        assertThat(tokens()).isEqualTo(new SpecialTokens(9, 4, List.of(9, 4, 6)));
    }

    @Test
    void withoutItsSettingsTheMaskHasItsUsualText() throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), TOKENIZER);

        assertThat(tokens().mask()).isEqualTo(6);
    }

    @Test
    void whatTheConfigurationSaysIsNotAskedAgain() throws IOException {
        Files.writeString(
                folder.resolve("config.json"),
                "{\"model_type\": \"bert\", \"mask_token_id\": 12, \"special_token_ids\": [12, 13]}");
        Files.writeString(folder.resolve("tokenizer.json"), "broken");

        assertThat(tokens()).isEqualTo(new SpecialTokens(0, 12, List.of(12, 13)));
    }

    @Test
    void withoutATokenizerTheyAreThoseThatBertWasPublishedWith() {
        assertThat(tokens()).isEqualTo(new SpecialTokens(9, 103, List.of(0, 100, 101, 102, 103)));
    }
}
